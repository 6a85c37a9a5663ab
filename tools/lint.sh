#!/usr/bin/env bash
# Layering, format, proto and documentation checks. Prints each finding; ends with one line.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
findings=0
finding() { printf '%s\n' "$*"; findings=$((findings + 1)); }

# Domain code is pure: it may include the model, the legal clock, generated messages, Abseil and the standard library.
while IFS= read -r hit; do finding "layering: $hit"; done < <(
  grep -nE '#include "(storage/|services/(runtime|host|ops|standalone)/|grpc|rocksdb|librdkafka)' -r services/*/domain/ 2>/dev/null |
    grep -vE 'services/ledger/domain/.*storage/codec/record\.h')
# Services never reach into one another.
for service in intake assignment mediation evaluation transfer registry ledger; do
  [ -d "services/$service" ] || continue
  others=$(printf '%s|' intake assignment mediation evaluation transfer registry ledger | sed "s/$service|//; s/|\$//")
  while IFS= read -r hit; do finding "layering: $hit"; done < <(
    grep -nE "#include \"services/($others)/" -r "services/$service/" --include='*.h' --include='*.cc' 2>/dev/null | grep -v '/main\.cc:')
done
# Only what wires names an engine.
while IFS= read -r hit; do finding "layering: $hit"; done < <(
  grep -nE '#include "storage/(log/(embedded|kafka|simulated)|projection/(rocksdb|memory))/' -r services/ --include='*.h' --include='*.cc' |
    grep -vE '^services/(standalone|ops)/')
# gRPC stays at the edge.
while IFS= read -r hit; do finding "layering: $hit"; done < <(
  grep -nE '#include [<"]grpc' -r storage services --include='*.h' --include='*.cc' | grep -vE '^services/(host|ops|standalone)/')
# Leftovers.
while IFS= read -r hit; do finding "leftover: $hit"; done < <(
  grep -nEi '\b(TODO|FIXME|XXX)\b|not implemented|sleep_for|SleepFor' -r storage services tests bench --include='*.h' --include='*.cc' --include='*.sh')
# Every call says what it needs of the log.
while IFS= read -r file; do
  while IFS= read -r hit; do finding "proto: $file: $hit"; done < <(awk -f tools/lint_proto.awk "$file")
done < <(find proto -name '*_service.proto')
# What callers read is said in their language: a place in the words of a refusal takes a Phrase, not English. (The words
# about the log have no such place in Chinese.)
while IFS= read -r hit; do finding "words: $hit (name a Phrase of phrase.proto)"; done < <(
  grep -nE '"(why|what|missing|action|kind)", *("|absl::StrCat)' -r services --include='*.h' --include='*.cc' |
    grep -v 'LOG_UNAVAILABLE')
# Pages that other pages name exist.
while IFS=: read -r page link; do
  target=$(printf '%s' "$link" | sed -E 's/.*\]\(([^)#]+).*/\1/')
  case $target in http*|'') continue ;; esac
  [ -e "$(dirname "$page")/$target" ] || finding "docs: $page names $target, which does not exist"
done < <(grep -oE '\]\([^)#]+' -r --include='*.md' . 2>/dev/null | grep -v '^./build\|^./var' | sed 's/:\](/:](/')
# The tests that prove the rules exist.
tests=$(git ls-files 'tests/*_test.cc' 'tests/*CMakeLists.txt' | xargs cat)
while IFS= read -r name; do
  case $name in
    *.*) grep -qE "^TEST(_F|_P)?\(${name%%.*}, ${name#*.}\)" <<< "$tests" ;;
    *) grep -q "casehub_test($name\b" <<< "$tests" ;;
  esac || finding "docs: docs/coverage.md names the test $name, which does not exist"
done < <(grep '^|' docs/coverage.md | grep -oE '`([A-Z][A-Za-z0-9]+\.[A-Z][A-Za-z0-9]+|[a-z_]+_test|simulation_slice)`' | tr -d '`' | sort -u)
# The two READMEs have the same sections.
if [ -f README.md ] && [ -f README.zh-CN.md ]; then
  [ "$(grep -c '^#' README.md)" = "$(grep -c '^#' README.zh-CN.md)" ] || finding "docs: README.md and README.zh-CN.md have different sections"
fi
if command -v clang-format >/dev/null; then
  while IFS= read -r file; do finding "format: $file"; done < <(
    git ls-files '*.h' '*.cc' | xargs -r clang-format --dry-run -Werror 2>&1 | grep -oE '^[^:]+:[0-9]+' | cut -d: -f1 | sort -u)
fi
if [ "$findings" = 0 ]; then echo "lint ok"; else echo "lint: $findings findings"; exit 1; fi
