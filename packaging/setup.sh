# Sourced by packaging/demo and packaging/check: makes the checkout ready to run, and is quick when it already is.
#
# It needs apt only for what is missing, and installs by itself only as root or with a sudo that asks nothing;
# otherwise it says in one line what is needed. Everything else goes into .venv inside the checkout.
# After `set_up demo` or `set_up test`, $PYTHON is that environment's interpreter. packaging/check also wants
# environments of the other Pythons this machine has, in .venv-3.12 and the like: see other_pythons.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV=$ROOT/.venv
PYTHON=$VENV/bin/python
# What rcdesk promises to run on; the classifiers in pyproject.toml say the same.
PROMISED="3.11 3.12 3.13 3.14"

# package:library it brings. A library is looked for, not a package: names of packages differ between releases.
QT_LIBRARIES="libegl1:libEGL.so.1 libgl1:libGL.so.1 libxkbcommon0:libxkbcommon.so.0
    libxkbcommon-x11-0:libxkbcommon-x11.so.0 libxcb-cursor0:libxcb-cursor.so.0 libxcb-icccm4:libxcb-icccm.so.4
    libxcb-image0:libxcb-image.so.0 libxcb-keysyms1:libxcb-keysyms.so.1 libxcb-randr0:libxcb-randr.so.0
    libxcb-render-util0:libxcb-render-util.so.0 libxcb-shape0:libxcb-shape.so.0
    libxcb-xinerama0:libxcb-xinerama.so.0 libxcb-xkb1:libxcb-xkb.so.1 libdbus-1-3:libdbus-1.so.3
    libfontconfig1:libfontconfig.so.1 libglib2.0-0:libglib-2.0.so.0"
# package:command it brings.
TEST_TOOLS="xvfb:Xvfb openbox:openbox trayer:trayer xdotool:xdotool imagemagick:import dbus:dbus-run-session
    gnome-keyring:gnome-keyring-daemon libtiff-tools:tiffinfo poppler-utils:pdfimages
    desktop-file-utils:desktop-file-validate openssl:openssl pulseaudio:pulseaudio pulseaudio-utils:parec"
FONTS="fonts-inter fonts-dejavu-core"
# A real browser for the sign-in: 20 seconds. Without it those tests are skipped and say so.
BROWSER_PACKAGE="chromium"
# They bring soffice: 100 MB to fetch, 20 seconds. Without it the tests of office files are skipped and say so.
OFFICE="libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui"

say() { printf '%s\n' "$*" >&2; }

die() {
    say "rcdesk: $*"
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

can_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" -eq 0 ] && return 0
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null
}

# apt_install PACKAGE...: quietly when all goes well, with apt's own words when it does not.
apt_install() {
    local log
    log=$(mktemp)
    say "Installing system packages: $*"
    if as_root apt-get -qq update >"$log" 2>&1 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >>"$log" 2>&1
    then
        rm -f "$log"
        return 0
    fi
    tail -n 15 "$log" >&2
    rm -f "$log"
    return 1
}

has_library() { [[ $KNOWN_LIBRARIES == *[[:space:]]"$1 "* ]]; }

# missing_packages EXTRA: the system packages that the extra needs and this machine lacks.
missing_packages() {
    local entry ldconfig
    ldconfig=$(PATH=$PATH:/usr/sbin:/sbin command -v ldconfig || true)
    if [ -n "$ldconfig" ]; then
        KNOWN_LIBRARIES=$("$ldconfig" -p 2>/dev/null || true)
        for entry in $QT_LIBRARIES; do
            has_library "${entry#*:}" || printf '%s ' "${entry%%:*}"
        done
    fi
    [ "$1" = test ] || return 0
    for entry in $TEST_TOOLS; do
        command -v "${entry#*:}" >/dev/null 2>&1 || printf '%s ' "${entry%%:*}"
    done
}

# missing_fonts: the fonts the pictures were made with. Without them the desk takes what the system has.
missing_fonts() {
    local entry
    command -v dpkg-query >/dev/null 2>&1 || return 0
    for entry in $FONTS; do
        [[ $(dpkg-query -W -f='${Status}' "$entry" 2>/dev/null) == "install ok installed" ]] || printf '%s ' "$entry"
    done
}

has_browser() {
    local name
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}

# set_up_wishes EXTRA: what it also goes without.
set_up_wishes() {
    local wishes
    wishes=$(missing_fonts)
    if [ "$1" = test ] && ! command -v soffice >/dev/null 2>&1; then
        wishes="$wishes$OFFICE "
    fi
    if [ "$1" = test ] && ! has_browser; then
        wishes="$wishes$BROWSER_PACKAGE"
    fi
    if [ -n "$wishes" ] && can_install; then
        # shellcheck disable=SC2086
        apt_install $wishes || say "Going on without: $wishes"
    fi
}

set_up_system() {
    local missing
    missing=$(missing_packages "$1")
    missing=${missing% }
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086
    if can_install && apt_install $missing; then
        return 0
    fi
    die "some system packages are missing. Install them, then start again: sudo apt-get install $missing"
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# find_python: the first interpreter that is new enough, the system's default first.
find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11 python3.14; do
        if command -v "$name" >/dev/null 2>&1 && is_new_enough "$name"; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

# make_environment FOLDER INTERPRETER
make_environment() {
    local folder=$1 base=$2 version
    if ! "$base" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$(version_of "$base")
        if ! can_install || ! { apt_install "python$version-venv" || apt_install python3-venv; }; then
            die "Python's venv module is missing. Install it, then start again: sudo apt-get install python3-venv"
        fi
    fi
    "$base" -m venv --clear "$folder" || die "the environment could not be made in $folder"
}

# version_of INTERPRETER: "3.12", or nothing for what does not run (pyenv's shims may not) or is free-threaded.
version_of() {
    "$1" -c 'import sys, sysconfig
if not sysconfig.get_config_var("Py_GIL_DISABLED"): print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

# other_pythons: an interpreter of this machine for each promised version that $PYTHON is not, one a line.
other_pythons() {
    local version candidate own
    own=$(version_of "$PYTHON")
    for version in $PROMISED; do
        [ "$version" != "$own" ] || continue
        for candidate in $(type -ap "python$version") \
            "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python; do
            if [ "$(version_of "$candidate")" = "$version" ]; then
                printf '%s\n' "$candidate"
                break
            fi
        done
    done
}

# wanted_now: what an environment is filled from; another line means filling it again.
wanted_now() {
    printf '%s\n' "$ROOT" | cat - "$ROOT/pyproject.toml" "$ROOT/constraints.txt" | sha256sum
}

# is_filled FOLDER EXTRA
is_filled() {
    [ "$(cat "$1/set-up-$2" 2>/dev/null)" = "$(wanted_now)" ] && "$1/bin/python" -c '' 2>/dev/null
}

# compile_all FOLDER: bytecode of rcdesk and of all it imports; where PYTHONDONTWRITEBYTECODE is set no start would
# leave any, and each would compile everything anew.
compile_all() {
    "$1/bin/python" -m compileall -q -j 0 "$ROOT/rcdesk" "$1"/lib/python3.*/site-packages >/dev/null 2>&1 || true
}

# fill_environment FOLDER EXTRA INTERPRETER: make it where it is missing, install what the extra needs.
fill_environment() {
    local folder=$1 extra=$2 base=$3
    ! is_filled "$folder" "$extra" || return 0
    if ! "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
        say "Making a Python environment in ${folder##*/}"
        make_environment "$folder" "$base"
    fi
    say "Installing rcdesk with its '$extra' requirements (a minute or two the first time)"
    "$folder/bin/python" -m pip install -qq --disable-pip-version-check --no-input \
        -c "$ROOT/constraints.txt" -e "$ROOT[$extra]" ||
        die "the requirements could not be installed; see pip's words above. Is there a network?"
    compile_all "$folder"
    wanted_now >"$folder/set-up-$extra"
}

# set_up demo|test: everything that extra needs; does nothing the second time.
set_up() {
    local base
    set_up_system "$1"
    ! is_filled "$VENV" "$1" || return 0
    set_up_wishes "$1"
    base=$(find_python) || die "Python 3.11 or newer is needed and was not found: sudo apt-get install python3"
    fill_environment "$VENV" "$1" "$base"
}
