#include "storage/log/kafka/client.h"

#include "absl/strings/str_cat.h"

namespace casehub::storage::kafka {
namespace {

void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto* callbacks = static_cast<Callbacks*>(opaque);
  if (callbacks != nullptr && callbacks->on_delivery) callbacks->on_delivery(message);
}

void OnError(rd_kafka_t*, int error, const char* reason, void* opaque) {
  auto* callbacks = static_cast<Callbacks*>(opaque);
  if (callbacks == nullptr || !callbacks->on_error) return;
  callbacks->on_error(static_cast<rd_kafka_resp_err_t>(error), reason);
}

// What brokers away say over and over belongs to the status of the log, not to the terminal.
void OnLog(const rd_kafka_t*, int, const char*, const char*) {}

}  // namespace

absl::StatusOr<Client> MakeClient(rd_kafka_type_t type, const std::string& brokers, const Settings& settings,
                                  Callbacks* callbacks) {
  struct DestroyConf {
    void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
  };
  std::unique_ptr<rd_kafka_conf_t, DestroyConf> conf(rd_kafka_conf_new());
  char why[512];
  Settings all = {{"bootstrap.servers", brokers}, {"client.id", "casehub"}, {"socket.nagle.disable", "true"}};
  all.insert(all.end(), settings.begin(), settings.end());
  for (const auto& [name, value] : all) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) {
      return absl::InvalidArgumentError(absl::StrCat("Kafka setting ", name, "=", value, ": ", std::string(why)));
    }
  }
  rd_kafka_conf_set_opaque(conf.get(), callbacks);
  rd_kafka_conf_set_error_cb(conf.get(), OnError);
  rd_kafka_conf_set_log_cb(conf.get(), OnLog);
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf.get(), OnDelivery);
  Client client(rd_kafka_new(type, conf.get(), why, sizeof why));
  if (!client) return absl::InvalidArgumentError(absl::StrCat("no client for ", brokers, ": ", std::string(why)));
  (void)conf.release();  // the client owns it now
  return client;
}

absl::Status ToStatus(rd_kafka_resp_err_t error, const std::string& doing) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  const std::string text = absl::StrCat("cannot ", doing, ": ", std::string(rd_kafka_err2str(error)));
  switch (error) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return absl::NotFoundError(text);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return absl::PermissionDeniedError(text);
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      return absl::OutOfRangeError(text);
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
      return absl::FailedPreconditionError(absl::StrCat(text, ": the broker is too old, 2.8 or newer is needed"));
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
      return absl::InvalidArgumentError(text);
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return absl::FailedPreconditionError(text);
    default:
      return absl::UnavailableError(text);
  }
}

}  // namespace casehub::storage::kafka
