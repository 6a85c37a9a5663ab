#include "services/ops/xes/xes_reader.h"

#include <expat.h>

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/ops/xes/document.h"
#include "services/ops/xes/input_file.h"
#include "services/ops/xes/lines.h"

namespace casehub::xes {
namespace {

constexpr size_t kBlockBytes = 256 * 1024;

struct FreeParser {
  void operator()(XML_ParserStruct* parser) const { XML_ParserFree(parser); }
};

// One file on its way through inflate, expat and the document.
class Reading {
 public:
  Reading(const Options& options, Sink& sink)
      : options_(options),
        sink_(sink),
        parser_(XML_ParserCreate(nullptr)),
        document_(options, sink, [this] { return lines_.LineAt(Position()); }) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &Reading::OnStart, &Reading::OnEnd);
    XML_SetEntityDeclHandler(parser_.get(), &Reading::OnEntity);
  }

  Result Run(const std::string& path) {
    InputFile file;
    if (!file.Open(path)) {
      result_.fault = file.fault();
      result_.detail = file.detail();
      return result_;
    }
    Pump(&file);
    result_.traces = document_.traces();
    result_.events = document_.events();
    if (result_.fault != Fault::kNone) document_.Abandon();
    return result_;
  }

 private:
  uint64_t Position() const { return static_cast<uint64_t>(XML_GetCurrentByteIndex(parser_.get())); }

  void Pump(InputFile* file) {
    // Two blocks in turn, because a line may be asked for that began in the block before.
    std::vector<char> blocks[2] = {std::vector<char>(kBlockBytes), std::vector<char>(kBlockBytes)};
    for (size_t turn = 0;; ++turn) {
      char* block = blocks[turn % 2].data();
      size_t got = 0;
      bool last = false;
      const bool read = file->Read(block, kBlockBytes, &got, &last);
      fed_ += got;
      if (got > 0) {
        lines_.NextBlock({block, got});
        if (!Parse(block, static_cast<int>(got))) return;
        sink_.Progress(file->offset());
      }
      if (!read) return Blame(file->fault(), lines_.LineAt(fed_), file->detail());
      if (!last) continue;
      if (fed_ == 0) return Blame(Fault::kEmpty, 0, "");
      Parse(block, 0);
      return;
    }
  }

  void Blame(Fault fault, uint64_t line, std::string detail) {
    result_.fault = fault;
    result_.line = line;
    result_.detail = std::move(detail);
  }

  // `size` 0 ends the document. False: a fault is set.
  bool Parse(const char* block, int size) {
    if (XML_Parse(parser_.get(), block, size, size == 0) == XML_STATUS_ERROR) {
      if (result_.fault == Fault::kNone) ParserFailed();
      return false;
    }
    if (fed_ - last_tag_ > options_.limits.token_bytes_max + kBlockBytes) {
      Blame(Fault::kTokenTooLong, lines_.LineAt(fed_), absl::StrCat(options_.limits.token_bytes_max));
      return false;
    }
    return true;
  }

  void ParserFailed() {
    const XML_Error code = XML_GetErrorCode(parser_.get());
    const char* text = XML_ErrorString(code);
    const uint64_t line = lines_.LineAt(Position());
    const bool ended = code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN ||
                       code == XML_ERROR_PARTIAL_CHAR || code == XML_ERROR_UNCLOSED_CDATA_SECTION;
    Blame(ended && document_.root_seen() ? Fault::kTruncated : Fault::kNotXml, line, text);
  }

  void Stop() {
    if (result_.fault == Fault::kNone) Blame(document_.fault(), lines_.LineAt(Position()), document_.detail());
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  static void OnStart(void* self, const char* name, const char** attributes) {
    auto* reading = static_cast<Reading*>(self);
    reading->last_tag_ = reading->fed_;
    if (!reading->document_.Start(name, attributes)) reading->Stop();
  }
  static void OnEnd(void* self, const char*) {
    auto* reading = static_cast<Reading*>(self);
    // A stopped parser still reports the end of the element it stopped in.
    if (reading->result_.fault != Fault::kNone) return;
    reading->last_tag_ = reading->fed_;
    if (!reading->document_.End()) reading->Stop();
  }
  static void OnEntity(void* self, const char* name, int, const char*, int, const char*, const char*, const char*,
                       const char*) {
    auto* reading = static_cast<Reading*>(self);
    if (reading->result_.fault == Fault::kNone) {
      reading->Blame(Fault::kEntityDeclared, reading->lines_.LineAt(reading->Position()), name);
    }
    XML_StopParser(reading->parser_.get(), XML_FALSE);
  }

  const Options& options_;
  Sink& sink_;
  std::unique_ptr<XML_ParserStruct, FreeParser> parser_;
  LineCounter lines_;
  Document document_;
  Result result_;
  uint64_t fed_ = 0;       // bytes given to the parser
  uint64_t last_tag_ = 0;  // value of fed_ when a tag was last seen
};

}  // namespace

Result ReadXes(const std::string& path, const Options& options, Sink& sink) { return Reading(options, sink).Run(path); }

}  // namespace casehub::xes
