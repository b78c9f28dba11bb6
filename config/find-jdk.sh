# Sourced by jevent, verify and benchmarks/run (POSIX sh).
#
# find_jdk: sets JDK to the home of a JDK 25 or later and JDK_FEATURE to its number; otherwise says on stderr where it
# looked and what to do, and returns 1.
# with_jdk COMMAND...: runs a command such as mvn, which finds that JDK by an environment variable.

jdk_wanted=25

find_jdk() {
    if is_jdk "${JAVA_HOME:-}"; then return 0; fi
    if is_jdk "$(home_of_path_java)"; then return 0; fi
    for candidate in \
        /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /usr/local/lib/jvm/* /opt/* /opt/*/* \
        "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* "${HOME-}"/.asdf/installs/java/* "${HOME-}"/.local/share/mise/installs/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home
    do
        if is_jdk "$candidate"; then return 0; fi
    done
    JDK='' JDK_FEATURE=''
    cat >&2 <<EOF
jevent needs a JDK $jdk_wanted or later and found none. Looked at:
  JAVA_HOME                ${JAVA_HOME:-not set}
  java on the PATH         $(command -v java || echo none)
  where JDKs are installed /usr/lib/jvm, /usr/java, /opt, ~/.sdkman, ~/.jdks, ~/.asdf, mise, /Library/Java, Homebrew
Install one (your system's packages, Temurin, or: sdk install java) and, if it is elsewhere, set JAVA_HOME to it.
EOF
    return 1
}

with_jdk() {
    # Maven itself may run on any JDK; it needs this one only where there is no other.
    if [ -z "${JAVA_HOME:-}" ] && ! command -v java >/dev/null 2>&1; then
        set -- JAVA_HOME="$JDK" "$@"
    fi
    env "JAVA${JDK_FEATURE}_HOME=$JDK" "$@"
}

# A whole JDK, recent enough? The release file tells without starting it.
is_jdk() {
    [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    while IFS='=' read -r key value; do
        if [ "$key" = JAVA_VERSION ]; then
            value=${value#\"}
            value=${value%%[!0-9]*}
            [ "${value:-0}" -ge "$jdk_wanted" ] || return 1
            JDK=$1 JDK_FEATURE=$value
            return 0
        fi
    done <"$1/release"
    return 1
}

home_of_path_java() {
    java=$(command -v java) || return 0
    home=$(readlink -f "$java" 2>/dev/null) || home=$java
    home=${home%/bin/java}
    if [ -r "$home/release" ]; then
        echo "$home"
    else # a launcher of a version manager: only Java itself knows
        "$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p'
    fi
}
