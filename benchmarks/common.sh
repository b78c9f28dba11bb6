# Sourced by the scripts of this folder (bash).
#
# build_benchmarks: builds target/benchmarks.jar. Sets JDK, the home of the JDK that runs it; JAR; and JVM_FLAGS, which open
# what hubs need. (The jar's manifest opens it, too, but only for java -jar.)
# VISITORS: connections that the client Load lets come and go before those that it measures.
# median: of the numbers on standard input, one a line.
# write_figures SCRIPT TITLE FILE: puts FILE into docs/reference/figures.md, in place of what SCRIPT put there before, below TITLE.

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
. "$root/config/find-jdk.sh"

JAR=$root/benchmarks/target/benchmarks.jar
VISITORS=2000
JVM_FLAGS=(--add-opens java.base/java.lang=ALL-UNNAMED --enable-native-access=ALL-UNNAMED)

build_benchmarks() {
    find_jdk || exit 69
    (cd "$root" && with_jdk mvn -q -B -ntp -Pjmh -pl benchmarks -am -Dmaven.test.skip=true package >&2)
}

median() {
    sort -n | awk '{ value[NR] = $1 } END { print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2 }'
}

write_figures() {
    local page=$root/docs/reference/figures.md written
    written=$(mktemp)
    if ! grep -qxF "<!-- $1 -->" "$page"; then
        printf '\n## %s\n\n<!-- %s -->\n<!-- end -->\n' "$2" "$1" >>"$page"
    fi
    awk -v mark="<!-- $1 -->" -v table="$3" '
        $0 == mark { print; print ""; while ((getline line < table) > 0) print line; print ""; within = 1; next }
        $0 == "<!-- end -->" { within = 0 }
        !within' "$page" >"$written"
    cat "$written" >"$page"
    rm "$written"
    echo "$1: written to docs/reference/figures.md" >&2
}
