"""The words of a form, known to those who write it and to those who read it; nothing else is imported here."""

NUMBER = "编号"
NIL_RETURN = "零报告"
SECTION = "栏目"
CONTENT = "填报内容"
REMARK = "说明"
YES, NO = "是", "否"
PROPERTY = "RollcallForm"
"""The custom property of the file that holds the number once more."""
MOST_IN_CELL = 32_767
"""What a cell of a workbook can hold, in UTF-16; a text that is as long may have been cut off there."""
