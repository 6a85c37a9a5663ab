# Every call says what it needs of the log (docs/architecture.md): a mutation its municipality and request_id, a query
# the position its answer must stand on; a call (casehub.about_process) neither. Prints one line for each that does not.
# Input: one *_service.proto.

{
  sub(/\/\/.*/, "")
  text = text " " $0
}

# The text between the brace that opens at or after `from` and the one that closes it.
function body(from,    at, depth, c) {
  for (at = from; at <= length(text); ++at) {
    c = substr(text, at, 1)
    if (c == "{" && ++depth == 1) from = at + 1
    if (c == "}" && --depth == 0) return substr(text, from, at - from)
  }
  return ""
}

function is_command(request) {
  return requests[request] ~ /string request_id = 2;/ && requests[request] ~ /string municipality = 1;/
}
# A stream's element that carries a command.
function wraps_command(request,    inner) {
  for (inner in requests) {
    if (requests[request] ~ (" " inner " [a-z_]+ = ") && is_command(inner)) return 1
  }
  return 0
}

END {
  rest = text
  while (match(rest, /message [A-Za-z]+Request *\{/)) {
    name = substr(rest, RSTART + 8, RLENGTH - 8)
    sub(/ *\{.*/, "", name)
    requests[name] = " " body(length(text) - length(rest) + RSTART) " "
    rest = substr(rest, RSTART + RLENGTH)
  }
  rest = text
  while (match(rest, /rpc [A-Za-z]+\((stream )?[A-Za-z.]+\) returns \((stream )?[A-Za-z.]+\) *(;|\{[^}]*\})/)) {
    call = substr(rest, RSTART, RLENGTH)
    rest = substr(rest, RSTART + RLENGTH)
    split(call, part, /[ ()]+/)
    request = part[3] == "stream" ? part[4] : part[3]
    ++calls
    if (request != part[2] "Request") print "rpc " part[2] " takes " request ", not " part[2] "Request"
    else if (!(request in requests)) print "rpc " part[2] ": " request " is not in this file"
    else {
      on_log = requests[request] ~ /request_id|min_position/
      if (call ~ /about_process\) = true/) {
        if (on_log) print request " is about_process, so it has no request_id and no min_position"
      } else if (requests[request] ~ /request_id/) {
        if (!is_command(request)) print request " has a request_id, so field 1 is municipality and field 2 request_id"
      } else if (!on_log && !wraps_command(request)) {
        print request " has neither request_id nor min_position, and its rpc is not (casehub.about_process)"
      }
    }
  }
  if (calls == 0) print "no rpc was understood"
}
