"""What strangers write with an office program, read within limits: workbooks and documents as grids of cells."""
