#!/bin/sh
# The programs and fonts that tests open our papers with; installs from Debian's packages what is missing.
set -eu
packages="libreoffice-writer-nogui libreoffice-calc-nogui poppler-utils fontconfig fonts-noto-cjk fonts-arphic-ukai"

complete() {
    for program in soffice pdftotext pdffonts pdfinfo pdftoppm fc-list; do
        command -v "$program" >/dev/null || return 1
    done
    for family in "Noto Serif CJK SC" "Noto Sans CJK SC" "AR PL UKai CN"; do
        fc-list "$family" family | grep -q . || return 1
    done
}

complete && exit 0
if ! command -v apt-get >/dev/null; then
    as=none
elif [ "$(id -u)" = 0 ]; then
    as=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as="sudo"
else
    as=none
fi
if [ "$as" = none ]; then
    echo "make test needs LibreOffice, poppler and Chinese fonts: install $packages (as root), then run it again" >&2
    exit 2
fi
echo "installing $packages" >&2
$as apt-get update -qq
$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
complete && exit 0
echo "make test needs LibreOffice, poppler and Chinese fonts, which these packages did not bring: $packages" >&2
exit 2
