// The words of refusals: both languages throughout, whatever fills their places.
#include "services/host/refusal_text.h"

#include <gtest/gtest.h>

#include <cctype>
#include <set>

#include "casehub/common/v1/phrase.pb.h"
#include "casehub/options.pb.h"

namespace casehub::host {
namespace {

// Names that are the same in every language: fields, formats, commands.
const std::set<std::string> kNames = {"GB",      "GB/T",       "SHA",        "T",          "UUID",
                                      "UUIDv7",  "YYYY-MM-DD", "etag",       "nanos",      "position",
                                      "casectl", "request_id", "page_token", "valid_from", "SHA-256",
                                      "UTF-8",   "status",     "store",      "verify"};

// The words of Latin letters in a text, without its {places} and without the names above.
std::set<std::string> LatinWords(const std::string& text) {
  std::set<std::string> words;
  std::string word;
  bool in_place = false;
  for (const char c : text + " ") {
    if (c == '{') in_place = true;
    const auto byte = static_cast<unsigned char>(c);
    const bool goes_on =
        !in_place && byte < 0x80 &&
        (std::isalpha(byte) != 0 || (!word.empty() && (c == '_' || c == '-' || c == '/' || std::isdigit(byte))));
    if (goes_on) {
      word.push_back(c);
    } else if (!word.empty()) {
      while (!std::isalnum(static_cast<unsigned char>(word.back()))) word.pop_back();
      if (!kNames.contains(word)) words.insert(word);
      word.clear();
    }
    if (c == '}') in_place = false;
  }
  return words;
}

std::set<std::string> Places(const std::string& text) {
  std::set<std::string> places;
  for (size_t open = text.find('{'); open != text.npos; open = text.find('{', open + 1)) {
    places.insert(text.substr(open + 1, text.find('}', open) - open - 1));
  }
  return places;
}

TEST(RefusalTextTest, ChineseWordsOfRefusalsAreChineseThroughout) {
  const auto* values = common::v1::Refusal_descriptor();
  for (int i = 1; i < values->value_count(); ++i) {
    const auto& words = values->value(i)->options().GetExtension(refusal);
    EXPECT_EQ(LatinWords(words.zh()), std::set<std::string>()) << words.zh();
    // What fills these is a message of the program, in English.
    EXPECT_FALSE(Places(words.zh()).contains("reason")) << words.zh();
    if (Places(words.zh()).contains("why")) {  // filled with a phrase (services/model/outcome.h)
      const std::set<std::string> said = {"REFUSAL_FIELD_INVALID", "REFUSAL_NO_PRACTITIONER_FITS",
                                          "REFUSAL_PRACTITIONER_EXCLUDED"};
      EXPECT_TRUE(said.contains(values->value(i)->name())) << values->value(i)->name();
    }
  }
}

TEST(RefusalTextTest, EveryPhraseHasWordsInBothLanguagesWithTheSamePlaces) {
  const auto* values = common::v1::Phrase_descriptor();
  ASSERT_GT(values->value_count(), 40);
  for (int i = 1; i < values->value_count(); ++i) {
    const auto& words = values->value(i)->options().GetExtension(phrase);
    EXPECT_NE(words.en(), "") << values->value(i)->name();
    EXPECT_NE(words.zh(), "") << values->value(i)->name();
    EXPECT_EQ(LatinWords(words.zh()), std::set<std::string>()) << words.zh();
    EXPECT_EQ(Places(words.zh()), Places(words.en())) << words.en();
  }
}

TEST(RefusalTextTest, APhraseIsSaidInTheLanguageOfTheCaller) {
  const auto refused = RefuseField("documents", Phrase::PHRASE_AT_MOST).With("limit", "100");
  EXPECT_EQ(RefusalText(refused, Language::kEnglish), "documents is not valid: there are at most 100");
  EXPECT_EQ(RefusalText(refused, Language::kChinese), "documents 无效:至多 100 项");
  const auto kind = Refuse(Refusal::REFUSAL_WRONG_KIND)
                        .With("kind", Phrase::PHRASE_KIND_IMPORTED)
                        .With("action", Phrase::PHRASE_WITHDRAWAL);
  EXPECT_EQ(RefusalText(kind, Language::kEnglish), "a case of kind imported has no withdrawal");
  EXPECT_EQ(RefusalText(kind, Language::kChinese), "外部系统导入 类办件没有 撤回");
}

// Programs read the metadata: it holds the name, the same in every language.
TEST(RefusalTextTest, TheMetadataNamesThePhrase) {
  const Failure failure =
      DescribeRefusal(RefuseField("office.kind", Phrase::PHRASE_NOT_A_KNOWN_VALUE), Language::kChinese);
  EXPECT_EQ(failure.metadata.at("why"), "PHRASE_NOT_A_KNOWN_VALUE");
  ASSERT_EQ(failure.fields.size(), 1u);
  EXPECT_EQ(failure.fields[0].first, "office.kind");
  EXPECT_EQ(failure.fields[0].second, failure.message);
}

}  // namespace
}  // namespace casehub::host
