# Sourced by scripts that look up names (bash): a name server of this machine's own.
#
# start_server: starts unbound on one processor. Sets server and port, where it listens: port 53 for root, since resolv.conf cannot
# say another; and work, a folder that goes when the script ends. Whatever ends in .bench has an address, what ends in .none.bench is
# no name, and long.bench has a text that no datagram holds. Its socket has room for a burst of questions, which it would lose else.
# pin: runs a command on a processor, if there are two.

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
. "$here/../common.sh"
server=127.53.53.53

pin() { # processor command…
    if command -v taskset >/dev/null && [ "$(nproc)" -ge 2 ]; then exec taskset -c "$@"; else shift; exec "$@"; fi
}

start_server() {
    command -v unbound >/dev/null || { echo "${0##*/}: unbound is missing: apt-get install unbound" >&2; exit 69; }
    work=$(mktemp -d)
    trap 'kill $(jobs -p) 2>/dev/null || true; rm -r "$work"' EXIT
    if [ "$(id -u)" -eq 0 ]; then port=53; else port=$((20000 + RANDOM)); fi
    local text
    text=$(printf '"%0250d" ' 1 2 3 4 5 6 7 8)
    cat >"$work/unbound.conf" <<END
server:
  interface: $server@$port
  access-control: 127.0.0.0/8 allow
  do-daemonize: no
  num-threads: 1
  so-rcvbuf: 4m
  so-sndbuf: 4m
  incoming-num-tcp: 100
  msg-buffer-size: 65552
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  logfile: "$work/unbound.log"
  directory: "$work"
  local-zone: "bench." redirect
  local-data: "bench. 300 IN A 192.0.2.1"
  local-zone: "none.bench." static
  local-data: "none.bench. 300 IN SOA none.bench. none.bench. 1 2 3 4 5"
  local-zone: "long.bench." static
  local-data: 'long.bench. 300 IN TXT $text'
remote-control:
  control-enable: no
END
    (pin 0 unbound -c "$work/unbound.conf") &
}
