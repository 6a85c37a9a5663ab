#!/usr/bin/env bash
# A real Kafka on this machine: its jars from Maven, nodes that are broker and controller (KRaft), free ports, all below
# one folder. ./dev kafka up|down|status installs what is missing and calls this.
#   tools/kafka.sh jars VERSION                             the jars, fetched once; prints their folder
#   tools/kafka.sh up FOLDER [--brokers N] [--version V]    prints "kafka ok: HOST:PORT,…"
#   tools/kafka.sh down FOLDER
#   tools/kafka.sh status FOLDER
#   tools/kafka.sh start FOLDER NODE                        a node of FOLDER that is not running, with its data
#   tools/kafka.sh make FOLDER [--brokers N] [--version V]  what up does before it starts the nodes
#   tools/kafka.sh run FOLDER NODE                          a node in the foreground, as a child that can be killed
#   tools/kafka.sh wait FOLDER NODE                         until it answers
# FOLDER/node-N.pid holds the process of each node that was started in the background.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
default_version=3.9.1
ready_seconds=60
heap=-Xmx400m

die() { echo "error: $*" >&2; exit 1; }
usage() { sed -n '4,11s/^#   //p' "${BASH_SOURCE[0]}" >&2; exit 2; }

jars() {
  local folder=$here/../.cache/kafka/$1
  if [ ! -f "$folder/complete" ]; then
    echo "fetching Kafka $1" >&2
    rm -rf "$folder"
    mkdir -p "$folder"
    mvn -B -q -f "$here/kafka/pom.xml" -Dkafka.version="$1" dependency:copy-dependencies \
      -DoutputDirectory="$folder/libs" >&2 || die "Maven could not fetch Kafka $1"
    touch "$folder/complete"
  fi
  (cd "$folder/libs" && pwd)
}

is_free() { ! (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }
free_port() {
  local port
  for _ in $(seq 200); do
    port=$((20000 + RANDOM % 12000))
    [[ " $* " == *" $port "* ]] && continue
    if is_free "$port"; then echo "$port"; return; fi
  done
  die "no free port found"
}

running() { [ -f "$1" ] && kill -0 "$(cat "$1")" 2> /dev/null; }
nodes() { find "$1" -maxdepth 1 -name 'node-*.properties' 2> /dev/null | sed -E 's/.*node-([0-9]+)\.properties/\1/' | sort -n; }
address() { sed -n 's/^advertised.listeners=BROKER:\/\///p' "$1/node-$2.properties"; }
addresses() { local node list=(); for node in $(nodes "$1"); do list+=("$(address "$1" "$node")"); done; (IFS=,; echo "${list[*]}"); }

# write_node FOLDER NODE BROKER_PORT VOTERS REPLICAS CONTROLLER_PORT
write_node() {
  local majority=$(($5 > 2 ? 2 : 1))
  cat > "$1/node-$2.properties" <<TXT
process.roles=broker,controller
node.id=$2
controller.quorum.voters=$4
listeners=BROKER://127.0.0.1:$3,CONTROLLER://127.0.0.1:$6
advertised.listeners=BROKER://127.0.0.1:$3
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
log.dirs=$1/node-$2
num.partitions=1
num.network.threads=2
num.io.threads=4
default.replication.factor=$5
min.insync.replicas=$majority
offsets.topic.replication.factor=$5
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=$5
transaction.state.log.min.isr=$majority
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
unclean.leader.election.enable=false
log.message.timestamp.type=LogAppendTime
message.max.bytes=1048576
log.retention.ms=-1
broker.session.timeout.ms=6000
controlled.shutdown.enable=true
TXT
}

run_java() { # VERSION CLASS [ARG…]
  java $heap -XX:+UseSerialGC -Dlog4j.configuration="file:$here/kafka/log4j.properties" \
    -Dlog4j2.configurationFile="$here/kafka/log4j2.properties" -cp "$(jars "$1")/*" "${@:2}"
}

format() { # FOLDER NODE
  [ ! -f "$1/node-$2/meta.properties" ] || return 0
  run_java "$(cat "$1/version")" kafka.tools.StorageTool format -t "$(cat "$1/cluster")" -c "$1/node-$2.properties" \
    > "$1/node-$2.log" 2>&1 || { cat "$1/node-$2.log" >&2; die "the folder of node $2 could not be made"; }
}

run() { # FOLDER NODE
  local libs
  libs=$(jars "$(cat "$1/version")")
  exec java $heap -XX:+UseSerialGC -Dlog4j.configuration="file:$here/kafka/log4j.properties" \
    -Dlog4j2.configurationFile="$here/kafka/log4j2.properties" -cp "$libs/*" kafka.Kafka "$1/node-$2.properties" \
    >> "$1/node-$2.log" 2>&1 < /dev/null
}

start() { # FOLDER NODE
  running "$1/node-$2.pid" && return 0
  setsid "${BASH_SOURCE[0]}" run "$1" "$2" &
  echo $! > "$1/node-$2.pid"
}

wait_ready() { # FOLDER NODE
  local at end=$((SECONDS + ready_seconds))
  at=$(address "$1" "$2")
  until ! is_free "${at##*:}"; do
    [ ! -f "$1/node-$2.pid" ] || running "$1/node-$2.pid" || { tail -n 20 "$1/node-$2.log" >&2; die "node $2 ended; its log is $1/node-$2.log"; }
    [ $SECONDS -lt $end ] || die "node $2 does not answer on $at after $ready_seconds s; its log is $1/node-$2.log"
    sleep 0.1
  done
}

make() {
  local folder=$1 brokers=1 version=$default_version
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --brokers) [ $# -ge 2 ] || usage; brokers=$2; shift 2 ;;
      --version) [ $# -ge 2 ] || usage; version=$2; shift 2 ;;
      *) usage ;;
    esac
  done
  [[ $brokers =~ ^[1-9]$ ]] || die "--brokers takes 1 to 9"
  mkdir -p "$folder"
  folder=$(cd "$folder" && pwd)
  if [ -z "$(nodes "$folder")" ]; then
    head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n' > "$folder/cluster"
    echo "$version" > "$folder/version"
    local ports=() voters=() node
    for node in $(seq $((2 * brokers))); do ports+=("$(free_port "${ports[@]:-}")"); done
    for node in $(seq "$brokers"); do voters+=("$node@127.0.0.1:${ports[$((brokers + node - 1))]}"); done
    for node in $(seq "$brokers"); do
      write_node "$folder" "$node" "${ports[$((node - 1))]}" "$(IFS=,; echo "${voters[*]}")" \
        "$((brokers > 2 ? 3 : 1))" "${ports[$((brokers + node - 1))]}"
    done
  fi
  local one
  for one in $(nodes "$folder"); do format "$folder" "$one"; done
}

up() {
  make "$@"
  local folder one
  folder=$(cd "$1" && pwd)
  for one in $(nodes "$folder"); do start "$folder" "$one"; done
  for one in $(nodes "$folder"); do wait_ready "$folder" "$one"; done
  echo "kafka ok: $(addresses "$folder")"
}

down() {
  local node pid
  for node in $(nodes "$1"); do
    running "$1/node-$node.pid" || continue
    pid=$(cat "$1/node-$node.pid")
    kill -CONT "$pid" 2> /dev/null || true
    kill "$pid"
    for _ in $(seq 100); do kill -0 "$pid" 2> /dev/null || break; sleep 0.1; done
    kill -9 "$pid" 2> /dev/null || true
    rm -f "$1/node-$node.pid"
  done
  echo "kafka is down"
}

status() {
  local node
  [ -n "$(nodes "$1")" ] || { echo "there is no Kafka in $1"; return 1; }
  for node in $(nodes "$1"); do
    printf 'node %s  %s  %s\n' "$node" "$(address "$1" "$node")" "$(running "$1/node-$node.pid" && echo running || echo stopped)"
  done
  echo "kafka ok: $(addresses "$1")"
}

[ $# -ge 2 ] || usage
case $1 in
  jars) jars "$2" ;;
  up) up "${@:2}" ;;
  down) down "$2" ;;
  status) status "$2" ;;
  start) [ $# = 3 ] || usage; start "$2" "$3"; wait_ready "$2" "$3" ;;
  make) make "${@:2}"; echo "kafka made: $(addresses "$2")" ;;
  run) [ $# = 3 ] || usage; run "$2" "$3" ;;
  wait) [ $# = 3 ] || usage; wait_ready "$2" "$3" ;;
  *) usage ;;
esac
