#!/bin/sh
# install.sh BUILD SOURCE: installs into a folder of its own and uses what is there as a stranger would.
set -eu
build=$1 source=$2
where=$(mktemp -d)
trap 'rm -rf "$where"' EXIT
cmake --install "$build" --prefix "$where/prefix" >/dev/null
pc=$(dirname "$(find "$where/prefix" -name amine.pc)")
lib=$(dirname "$pc")
export PKG_CONFIG_PATH="$pc" LD_LIBRARY_PATH="$lib"
extra=""
if nm -D "$lib/libamine.so" | grep -q __asan_init; then extra="-fsanitize=address"; fi
if nm -D "$lib/libamine.so" | grep -q __tsan_init; then extra="-fsanitize=thread"; fi

echo "the command"
"$where/prefix/bin/amine" --version
test -s "$where/prefix/share/man/man1/amine.1"
for file in bash-completion/completions/amine zsh/site-functions/_amine fish/vendor_completions.d/amine.fish; do
  grep -q simulate "$where/prefix/share/$file" || { echo "no completion in share/$file"; exit 1; }
done
cmp -s "$source/LICENSE" "$where/prefix/share/doc/amine/LICENSE" || { echo "no licence in share/doc/amine"; exit 1; }

echo "pkg-config"
# shellcheck disable=SC2046
${CC:-cc} $extra "$source/examples/train_in_memory.c" $(pkg-config --cflags --libs amine) -o "$where/example"

package=$(dirname "$(find "$where/prefix" -path '*/dist-packages/amine/__init__.py')")
if [ -z "$extra" ] && [ -x /usr/bin/python3 ]; then # a sanitizer wants to be loaded before Python
  echo "the Python package"
  (cd "$where" && env -u AMINE_LIBRARY PYTHONPATH="$(dirname "$package")" /usr/bin/python3 -c "
import amine, os
assert os.path.samefile(os.path.dirname(amine.loaded_from()), '$lib'), amine.loaded_from()
assert amine.Experiment('bandit').step().iteration == 1")
fi

echo "the static library"
# shellcheck disable=SC2046
${CC:-cc} $extra "$source/examples/train_in_memory.c" $(pkg-config --cflags amine) "$lib/libamine.a" \
  $(pkg-config --static --libs-only-l jansson zlib) -fopenmp -lm -o "$where/static_example"
if readelf -d "$where/static_example" | grep -q libamine; then echo "it needs the shared one"; exit 1; fi
case " $(pkg-config --static --libs amine) " in
*" -ljansson "*) ;;
*) echo "pkg-config --static does not name what the static library needs"; exit 1 ;;
esac
names=$(nm -g --defined-only "$lib/libamine.a" 2>/dev/null | awk 'NF == 3 {print $3}' | grep -Ev '^(amine_|am_|__|DW)' || true)
[ -z "$names" ] || { echo "names that may meet those of a program: $names"; exit 1; }

echo "only public names are visible"
hidden=$(nm -D --defined-only "$lib/libamine.so" | awk '$2 ~ /[TDBR]/ {print $3}' | grep -v '^amine_' || true)
[ -z "$hidden" ] || { echo "exported, but not public: $hidden"; exit 1; }

echo "CMake package"
mkdir "$where/user"
cat >"$where/user/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(user C)
find_package(amine 0.1 REQUIRED)
add_executable(user user.c)
target_link_libraries(user PRIVATE amine::amine)
CMAKE
cat >"$where/user/user.c" <<'C'
#include <amine/amine.h>
#include <stdio.h>
int main(void) { return puts(amine_version()) < 0; }
C
cmake -S "$where/user" -B "$where/user/build" -DCMAKE_PREFIX_PATH="$where/prefix" -DCMAKE_C_FLAGS="$extra" >/dev/null
cmake --build "$where/user/build" >/dev/null
"$where/user/build/user"

if command -v g++ >/dev/null; then
  echo "C++"
  printf '#include <amine/amine.h>\nint main() { return amine_version()[0] == 0; }\n' >"$where/user.cc"
  # shellcheck disable=SC2046
  g++ -std=c++11 -Wall -Wextra -Wpedantic -Werror $extra "$where/user.cc" $(pkg-config --cflags --libs amine) -o "$where/user_cc"
  "$where/user_cc"
fi
echo "uninstall"
touch "$where/prefix/share/doc/amine/mine" # somebody else's
"$source/tools/uninstall" "$build"
left=$(cd "$where/prefix" && find . ! -type d)
[ "$left" = ./share/doc/amine/mine ] || { echo "uninstall left: $left"; exit 1; }
for folder in include/amine "${package#"$where/prefix/"}" "${lib#"$where/prefix/"}/cmake/amine"; do
  [ ! -e "$where/prefix/$folder" ] || { echo "uninstall left the folder $folder"; exit 1; }
done
if "$source/tools/uninstall" "$build" 2>/dev/null; then echo "it uninstalls what is not there"; exit 1; fi
echo "all fine"
