#include "services/ops/lines/decoder.h"

#include <gtest/gtest.h>

namespace casehub::lines {
namespace {

// 办件编号,时间 — in GB 18030 and GBK the same bytes.
const std::string kGb = "\xB0\xEC\xBC\xFE\xB1\xE0\xBA\xC5,\xCA\xB1\xBC\xE4";

// Decodes in pieces; where it fails, what stands before and the place.
struct Decoded {
  bool good = false;
  std::string text;
  uint64_t line = 0, column = 0;
};
Decoded Decode(Encoding encoding, const std::string& bytes, size_t piece) {
  Decoder decoder(encoding);
  Decoded decoded;
  decoded.good = true;
  for (size_t at = 0; decoded.good && at < bytes.size(); at += piece) {
    decoded.good = decoder.Feed(std::string_view(bytes).substr(at, piece), &decoded.text);
  }
  decoded.good = decoded.good && decoder.Finish();
  decoded.line = decoder.line();
  decoded.column = decoder.column();
  return decoded;
}

TEST(Decoder, ReadsEachEncodingInPiecesOfAnySize) {
  for (size_t piece = 1; piece < 12; ++piece) {
    for (const Encoding encoding : {Encoding::kGb18030, Encoding::kGbk}) {
      const Decoded decoded = Decode(encoding, kGb, piece);
      EXPECT_TRUE(decoded.good);
      EXPECT_EQ(decoded.text, "办件编号,时间");
    }
    EXPECT_EQ(Decode(Encoding::kUtf8, "办件\n编号", piece).text, "办件\n编号");
    // Four bytes: not in GBK.
    EXPECT_EQ(Decode(Encoding::kGb18030, "a\x82\x31\x8E\x34z", piece).good, true);
  }
  EXPECT_FALSE(Decode(Encoding::kGbk, "a\x82\x31\x8E\x34z", 100).good);
}

TEST(Decoder, LeavesTheByteOrderMarkOut) {
  for (size_t piece = 1; piece < 8; ++piece) {
    EXPECT_EQ(Decode(Encoding::kUtf8,
                     "\xEF\xBB\xBF"
                     "办件",
                     piece)
                  .text,
              "办件");
  }
  EXPECT_EQ(Decode(Encoding::kUtf8, "a\xEF\xBB\xBF", 100).text, "a\xEF\xBB\xBF") << "later it is text";
}

TEST(Decoder, TheWrongEncodingIsFoundAtItsLineAndColumn) {
  for (size_t piece = 1; piece < 40; ++piece) {
    const Decoded wrong = Decode(Encoding::kUtf8, "id,名称\n1,甲\n2,\xBC\xD7\n", piece);
    EXPECT_FALSE(wrong.good);
    EXPECT_EQ(wrong.line, 3u) << piece;
    EXPECT_EQ(wrong.column, 3u) << piece;
    EXPECT_EQ(wrong.text, "id,名称\n1,甲\n2,");
  }
}

TEST(Decoder, ATextThatEndsInsideACharacterIsNotComplete) {
  EXPECT_FALSE(Decode(Encoding::kUtf8, "ab\xE5\x8A", 1).good);
  EXPECT_FALSE(Decode(Encoding::kGb18030, "ab\xB0", 100).good);
}

TEST(Decoder, Utf16IsNoText) {
  const std::string utf16("i\0d\0\n\0", 6);
  const Decoded wrong = Decode(Encoding::kUtf8, utf16, 100);
  EXPECT_FALSE(wrong.good);
  EXPECT_EQ(wrong.line, 1u);
  EXPECT_EQ(wrong.column, 2u);
}

}  // namespace
}  // namespace casehub::lines
