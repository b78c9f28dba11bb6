# Sourced by the scripts of this folder (bash).
#
# build_benchmarks: builds target/benchmarks.jar. Sets JDK, the home of the JDK that runs it; JAR; and JVM_FLAGS, which open
# what hubs need. (The jar's manifest opens it, too, but only for java -jar.)
# median: of the numbers on standard input, one a line.

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
. "$root/config/find-jdk.sh"

JAR=$root/benchmarks/target/benchmarks.jar
JVM_FLAGS=(--add-opens java.base/java.lang=ALL-UNNAMED --enable-native-access=ALL-UNNAMED)

build_benchmarks() {
    find_jdk || exit 69
    (cd "$root" && with_jdk mvn -q -B -ntp -Pjmh -pl benchmarks -am -Dmaven.test.skip=true package >&2)
}

median() {
    sort -n | awk '{ value[NR] = $1 } END { print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2 }'
}
