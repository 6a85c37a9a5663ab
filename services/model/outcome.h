// What a pure decision can say besides "yes": shared by domain code, which knows no runtime, and by the runtime.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "casehub/common/v1/phrase.pb.h"
#include "casehub/common/v1/refusal.pb.h"

namespace casehub {

using common::v1::Phrase;
using common::v1::Refusal;

// A business refusal: a coded reason, and what its text (refusal.proto) needs. Nothing of it is recorded.
struct Refused {
  Refusal reason = Refusal::REFUSAL_UNSPECIFIED;
  std::map<std::string, std::string> metadata;  // never personal data
  Refused&& With(std::string key, std::string value) && {
    metadata.emplace(std::move(key), std::move(value));
    return std::move(*this);
  }
  // What has words of its own in every language.
  Refused&& With(std::string key, Phrase phrase) && {
    return std::move(*this).With(std::move(key), common::v1::Phrase_Name(phrase));
  }
};
inline Refused Refuse(Refusal reason, std::map<std::string, std::string> metadata = {}) {
  return {reason, std::move(metadata)};
}
inline Refused RefuseField(std::string field, Phrase why) {
  return Refuse(Refusal::REFUSAL_FIELD_INVALID).With("field", std::move(field)).With("why", why);
}
// A list in the request is longer than `limit`.
inline Refused RefuseTooMany(std::string field, int limit) {
  return RefuseField(std::move(field), Phrase::PHRASE_AT_MOST).With("limit", std::to_string(limit));
}

// What a command comes to: the events that are then so, in order, and the reply.
template <typename Event, typename Reply>
struct Accepted {
  std::vector<Event> events;
  Reply reply;
};
template <typename Event, typename Reply>
using DomainOutcome = std::variant<Accepted<Event, Reply>, Refused>;

}  // namespace casehub
