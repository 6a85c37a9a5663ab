// Reconciliation by source, and the same matter from two of them (A7, A8).
#include "services/intake/domain/sources.h"

#include <random>
#include <set>

#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

using ingest::v1::GetImportReportResponse;

constexpr char kRunId[] = "01890000-0000-7000-8000-0000000000aa";

class SourcesTest : public IntakeTest {
 protected:
  static ingest::v1::RecordImportRunRequest Run(const std::string& run_id = kRunId) {
    ingest::v1::RecordImportRunRequest request;
    request.set_municipality("330800");
    request.set_source_system("permits");
    request.set_run_id(run_id);
    request.set_complete(true);
    auto* counts = request.mutable_counts();
    counts->set_cases_read(2);
    counts->set_events_read(10);
    counts->set_cases_new(2);
    counts->set_events_new(5);
    counts->set_duplicates(2);
    counts->set_already_present(2);
    counts->set_rejected(1);
    auto* reject = request.add_rejects();
    reject->set_reason("TIME_INVALID");
    reject->set_events(1);
    return request;
  }
  static void AddNumbers(ingest::v1::RecordImportRunRequest* request, uint64_t first, uint64_t last) {
    auto* range = request->add_numbers();
    range->set_first(first);
    range->set_last(last);
  }
  GetImportReportResponse Report(const std::string& source = "permits") {
    ingest::v1::GetImportReportRequest request;
    request.set_municipality("330800");
    request.set_source_system(source);
    return s_.When(request).As<GetImportReportResponse>();
  }
  // A case of `source` whose events happened on these days.
  ingest::v1::ImportCaseRequest Days(const std::string& source, const std::string& reference,
                                     const std::vector<std::string>& days) {
    ingest::v1::ImportCaseRequest request;
    request.set_municipality("330800");
    request.set_source_system(source);
    request.set_external_reference(reference);
    for (const std::string& day : days) {
      auto* event = request.add_events();
      event->set_activity("step " + std::to_string(request.events_size()));
      *event->mutable_occurred_at() = Stamp(day + "T10:00:00+08:00");
    }
    return request;
  }
  std::string OpenFor(const std::string& person, const std::string& matter, const std::string& source = "",
                      const std::string& reference = "") {
    auto request = Contact();
    request.mutable_applicant()->set_person_id(person);
    request.set_matter_type(matter);
    request.set_source_system(source);
    request.set_external_reference(reference);
    return s_.When(request).As<v1::RegisterContactResponse>().case_id();
  }
};

TEST_F(SourcesTest, TheReportCountsWhatStandsInTheLog) {
  s_.When(Days("permits", "1", {"2024-05-06", "2024-05-06", "2024-05-09"}));
  s_.When(Days("permits", "2", {"2024-06-01", "2024-07-02"}));
  s_.When(Days("other", "1", {"2020-01-01"}));
  const auto report = Report();
  EXPECT_EQ(report.cases(), 2u);
  EXPECT_EQ(report.events(), 5u);
  EXPECT_EQ(report.first_day(), "2024-05-06");
  EXPECT_EQ(report.last_day(), "2024-07-02");
  EXPECT_EQ(report.unreported_events(), 5u) << "no run said that it delivered them";
  ASSERT_EQ(report.months_size(), 3);
  EXPECT_EQ(report.months(0).month(), "2024-05");
  EXPECT_EQ(report.months(0).cases(), 1u);
  EXPECT_EQ(report.months(0).events(), 3u);
  EXPECT_EQ(report.months(0).days_without_events(), 24u) << "7, 8, 10 to 31";
  EXPECT_EQ(report.months(1).days_without_events(), 29u);
  EXPECT_EQ(report.months(2).days_without_events(), 1u) << "only the first, the last day is the second";
  ASSERT_EQ(report.day_gaps_size(), 3);
  EXPECT_EQ(report.day_gaps(0).from(), "2024-05-07");
  EXPECT_EQ(report.day_gaps(0).to(), "2024-05-08");
  EXPECT_EQ(report.day_gaps(1).from(), "2024-05-10");
  EXPECT_EQ(report.day_gaps(1).to(), "2024-05-31");
  EXPECT_EQ(report.day_gaps(1).days(), 22u);
  EXPECT_EQ(report.day_gaps(2).to(), "2024-07-01") << "a gap may last longer than a month";
  EXPECT_FALSE(report.more_gaps());
}

TEST_F(SourcesTest, ImportingAgainCountsNothing) {
  const auto request = Days("permits", "1", {"2024-05-06", "2024-05-07"});
  s_.When(request);
  const auto before = Report();
  s_.When(request);
  EXPECT_EQ(Report().SerializeAsString(), before.SerializeAsString());
}

TEST_F(SourcesTest, ARunIsRecordedOnce) {
  const Result& first = s_.When(Run());
  EXPECT_THAT(first.events, ElementsAre("ImportRunRecorded"));
  EXPECT_THAT(first.relies_on, IsEmpty());
  EXPECT_EQ(first.As<ingest::v1::RecordImportRunResponse>().run_id(), kRunId);
  EXPECT_THAT(s_.When(Run()).events, IsEmpty());
  auto other = Run();
  other.mutable_counts()->set_cases_new(1);
  ExpectRefused([&]() -> const Result& { return s_.When(other); }, R::REFUSAL_IMPORT_RUN_DIFFERS, {{"run_id", kRunId}});
  EXPECT_EQ(Report().runs(), 1u);
  EXPECT_EQ(Report().reported().events_read(), 10u);

  auto second = Run("01890000-0000-7000-8000-0000000000ab");
  second.set_complete(false);
  s_.When(second);
  const auto report = Report();
  EXPECT_EQ(report.runs(), 2u);
  EXPECT_EQ(report.incomplete_runs(), 1u);
  EXPECT_EQ(report.reported().rejected(), 2u);
  ASSERT_EQ(report.rejects_size(), 1);
  EXPECT_EQ(report.rejects(0).events(), 2u);
}

TEST_F(SourcesTest, RunsAreListedBySource) {
  s_.When(Run());
  auto other = Run("01890000-0000-7000-8000-0000000000ab");
  other.set_source_system("other");
  s_.When(other);
  s_.When(Run("01890000-0000-7000-8000-0000000000ac"));
  ingest::v1::ListImportRunsRequest request;
  request.set_municipality("330800");
  request.set_source_system("permits");
  request.set_page_size(1);
  auto page = s_.When(request).As<ingest::v1::ListImportRunsResponse>();
  ASSERT_EQ(page.runs_size(), 1);
  EXPECT_EQ(page.runs(0).run().run_id(), kRunId);
  request.set_page_token(page.next_page_token());
  page = s_.When(request).As<ingest::v1::ListImportRunsResponse>();
  ASSERT_EQ(page.runs_size(), 1);
  EXPECT_EQ(page.runs(0).run().run_id(), "01890000-0000-7000-8000-0000000000ac");
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(SourcesTest, MissingNumbersAreGapsUntilARunBringsThem) {
  auto first = Run();
  AddNumbers(&first, 1, 5);
  AddNumbers(&first, 8, 8);
  AddNumbers(&first, 12, 20);
  s_.When(first);
  auto report = Report();
  EXPECT_EQ(report.numbers_read(), 15u);
  ASSERT_EQ(report.number_gaps_size(), 2);
  EXPECT_EQ(report.number_gaps(0).first(), 6u);
  EXPECT_EQ(report.number_gaps(0).last(), 7u);
  EXPECT_EQ(report.number_gaps(1).first(), 9u);
  EXPECT_EQ(report.number_gaps(1).last(), 11u);
  auto second = Run("01890000-0000-7000-8000-0000000000ab");
  AddNumbers(&second, 6, 7);
  s_.When(second);
  report = Report();
  ASSERT_EQ(report.number_gaps_size(), 1);
  EXPECT_EQ(report.number_gaps(0).first(), 9u);
}

TEST_F(SourcesTest, ASourceThatIsOnlyRegisteredHasAReport) {
  registry::v1::RegistryEvent event;
  auto* source = event.mutable_source_system_registered()->mutable_source();
  source->set_source_system("12345");
  source->set_name("政务服务便民热线");
  s_.Given(ServiceId::kRegistry, event);
  const auto report = Report("12345");
  EXPECT_TRUE(report.registered());
  EXPECT_EQ(report.name(), "政务服务便民热线");
  EXPECT_EQ(report.cases(), 0u);
}

TEST_F(SourcesTest, WhatARunSaysIsChecked) {
  struct Row {
    const char* why;
    std::function<void(ingest::v1::RecordImportRunRequest*)> spoil;
    R refusal;
    Meta metadata;
  };
  const Row table[] = {
      {"no source", [](auto* r) { r->clear_source_system(); }, R::REFUSAL_FIELD_MISSING, {{"field", "source_system"}}},
      {"no run id", [](auto* r) { r->clear_run_id(); }, R::REFUSAL_FIELD_INVALID, {{"field", "run_id"}}},
      {"a run id of another kind",
       [](auto* r) { r->set_run_id("01890000-0000-4000-8000-0000000000aa"); },
       R::REFUSAL_FIELD_INVALID,
       {{"field", "run_id"}, {"why", "PHRASE_RUN_ID"}}},
      {"an event more was read",
       [](auto* r) { r->mutable_counts()->set_events_read(11); },
       R::REFUSAL_IMPORT_COUNTS_DISAGREE,
       {{"read", "11"}, {"accounted", "10"}}},
      {"an event was counted twice",
       [](auto* r) { r->mutable_counts()->set_events_new(6); },
       R::REFUSAL_IMPORT_COUNTS_DISAGREE,
       {{"read", "10"}, {"accounted", "11"}}},
      {"a reject without a reason",
       [](auto* r) { r->mutable_rejects(0)->clear_reason(); },
       R::REFUSAL_FIELD_MISSING,
       {{"field", "rejects[0].reason"}}},
      {"rejects that do not add up",
       [](auto* r) { r->mutable_rejects(0)->set_events(2); },
       R::REFUSAL_IMPORT_COUNTS_DISAGREE,
       {{"read", "1"}, {"accounted", "2"}}},
      {"too many reasons",
       [](auto* r) {
         for (int i = 0; i < 64; ++i) r->add_rejects()->set_reason("R");
       },
       R::REFUSAL_FIELD_INVALID,
       {{"field", "rejects"}, {"limit", "64"}}},
      {"a range that runs back",
       [](auto* r) { AddNumbers(r, 5, 4); },
       R::REFUSAL_FIELD_INVALID,
       {{"field", "numbers[0]"}, {"why", "PHRASE_NUMBER_RANGES"}}},
      {"ranges that overlap",
       [](auto* r) {
         AddNumbers(r, 1, 4);
         AddNumbers(r, 4, 6);
       },
       R::REFUSAL_FIELD_INVALID,
       {{"field", "numbers[1]"}}},
      {"a start in the future",
       [](auto* r) { *r->mutable_started_at() = Stamp("2025-03-04T09:00:00+08:00"); },
       R::REFUSAL_TIME_IN_FUTURE,
       {{"field", "started_at"}}},
  };
  for (const Row& row : table) {
    SCOPED_TRACE(row.why);
    auto request = Run();
    row.spoil(&request);
    ExpectRefused([&]() -> const Result& { return s_.When(request); }, row.refusal, row.metadata);
  }
}

TEST_F(SourcesTest, NumbersWithAGapEachAreNoRunningNumber) {
  uint64_t next = 1;
  const auto scattered = [&](int ranges, const std::string& run_id) {
    auto request = Run(run_id);
    for (int i = 0; i < ranges; ++i, next += 2) AddNumbers(&request, next, next);
    return request;
  };
  EXPECT_THAT(s_.When(scattered(kRunRangesMax, "01890000-0000-7000-8000-000000000001")).events,
              ElementsAre("ImportRunRecorded"));
  EXPECT_THAT(s_.When(scattered(kRunRangesMax, "01890000-0000-7000-8000-000000000002")).events,
              ElementsAre("ImportRunRecorded"));
  EXPECT_THAT(s_.When(scattered(kSourceRangesMax - 2 * kRunRangesMax, "01890000-0000-7000-8000-000000000003")).events,
              ElementsAre("ImportRunRecorded"));
  EXPECT_EQ(Report().number_gaps_size(), 1000);
  EXPECT_TRUE(Report().more_gaps());
  const auto one_more = scattered(1, "01890000-0000-7000-8000-000000000004");
  ExpectRefused([&]() -> const Result& { return s_.When(one_more); }, R::REFUSAL_NOT_A_RUNNING_NUMBER,
                {{"source_system", "permits"}, {"limit", "10000"}});
  const auto too_many = scattered(kRunRangesMax + 1, "01890000-0000-7000-8000-000000000005");
  ExpectRefused([&]() -> const Result& { return s_.When(too_many); }, R::REFUSAL_FIELD_INVALID,
                {{"field", "numbers"}, {"limit", "4000"}});
}

TEST_F(SourcesTest, QueriesThatAreRefused) {
  ingest::v1::GetImportReportRequest unknown;
  unknown.set_municipality("330800");
  unknown.set_source_system("nobody");
  ExpectRefused([&]() -> const Result& { return s_.When(unknown); }, R::REFUSAL_SOURCE_SYSTEM_UNKNOWN,
                {{"source_system", "nobody"}});
  unknown.clear_source_system();
  ExpectRefused([&]() -> const Result& { return s_.When(unknown); }, R::REFUSAL_FIELD_MISSING,
                {{"field", "source_system"}});
  ingest::v1::ListImportRunsRequest runs;
  runs.set_municipality("330800");
  ExpectRefused([&]() -> const Result& { return s_.When(runs); }, R::REFUSAL_FIELD_MISSING,
                {{"field", "source_system"}});
  runs.set_source_system("permits");
  runs.set_page_token("nonsense");
  ExpectRefused([&]() -> const Result& { return s_.When(runs); }, R::REFUSAL_PAGE_TOKEN_INVALID, {});
  ingest::v1::ListSameMattersRequest pairs;
  pairs.set_municipality("330800");
  pairs.set_page_size(1001);
  ExpectRefused([&]() -> const Result& { return s_.When(pairs); }, R::REFUSAL_FIELD_INVALID, {{"field", "page_size"}});
}

TEST_F(SourcesTest, TheSameNumberUnderASecondSourceIsFlaggedAndNotMerged) {
  const std::string first =
      s_.When(Days("permits", "X-1", {"2024-05-06"})).As<ingest::v1::ImportCaseResponse>().case_id();
  const Result& second = s_.When(Days("12345", "X-1", {"2024-05-07"}));
  EXPECT_THAT(second.events, ElementsAre("CaseOpened", "LineEventRecorded", "SameMatterSuspected"));
  const std::string id = second.As<ingest::v1::ImportCaseResponse>().case_id();
  EXPECT_NE(id, first);
  ASSERT_EQ(Get(id).same_matters_size(), 1);
  EXPECT_EQ(Get(id).same_matters(0).case_id(), first);
  EXPECT_EQ(Get(id).same_matters(0).source_system(), "permits");
  EXPECT_EQ(Get(id).same_matters(0).rule(), v1::SAME_MATTER_RULE_EXTERNAL_REFERENCE);
  EXPECT_EQ(Get(first).same_matters_size(), 0) << "it was there first";
  EXPECT_EQ(Report("12345").same_matters(), 1u);
  EXPECT_EQ(Report("permits").same_matters(), 0u);
  EXPECT_THAT(s_.When(Days("12345", "X-1", {"2024-05-08"})).events, ElementsAre("LineEventRecorded")) << "said once";

  ingest::v1::ListSameMattersRequest request;
  request.set_municipality("330800");
  const auto pairs = s_.When(request).As<ingest::v1::ListSameMattersResponse>();
  ASSERT_EQ(pairs.pairs_size(), 1);
  EXPECT_EQ(pairs.pairs(0).case_id(), id);
  EXPECT_EQ(pairs.pairs(0).source_system(), "12345");
  EXPECT_EQ(pairs.pairs(0).other().case_id(), first);
  request.set_source_system("permits");
  EXPECT_EQ(s_.When(request).As<ingest::v1::ListSameMattersResponse>().pairs_size(), 0);
}

TEST_F(SourcesTest, TheSamePersonAndMatterFromASecondSourceIsFlagged) {
  constexpr char kWang[] = "01890000-0000-7000-8000-00000000000a";
  constexpr char kLi[] = "01890000-0000-7000-8000-00000000000b";
  const auto suspected = [&](const std::string& id) { return Get(id).same_matters_size(); };
  const std::string here = OpenFor(kWang, "labour");
  EXPECT_EQ(suspected(OpenFor(kWang, "labour")), 0) << "two entered here may be two";
  const std::string from_12345 = OpenFor(kWang, "labour", "12345", "7");
  EXPECT_EQ(suspected(from_12345), 2);
  EXPECT_EQ(Get(from_12345).same_matters(0).rule(), v1::SAME_MATTER_RULE_APPLICANT);
  EXPECT_EQ(Get(from_12345).same_matters(0).source_system(), "");
  EXPECT_EQ(suspected(OpenFor(kWang, "labour")), 1) << "also the other way round";
  EXPECT_EQ(suspected(OpenFor(kWang, "family", "12345", "8")), 0) << "another matter";
  EXPECT_EQ(suspected(OpenFor(kLi, "labour", "12345", "9")), 0) << "another person";
  EXPECT_EQ(suspected(OpenFor(kWang, "labour", "12345", "10")), 3) << "two sources, not two cases of one";
  for (const std::string& id : {here, from_12345}) Withdraw(id);
  EXPECT_EQ(suspected(OpenFor(kWang, "labour", "petition", "1")), 3) << "what is closed is another matter";
}

TEST_F(SourcesTest, TheSameNumberAndPersonAreOneSuspicion) {
  constexpr char kWang[] = "01890000-0000-7000-8000-00000000000a";
  OpenFor(kWang, "labour", "12345", "7");
  const std::string other = OpenFor(kWang, "labour", "petition", "7");
  ASSERT_EQ(Get(other).same_matters_size(), 1);
  EXPECT_EQ(Get(other).same_matters(0).rule(), v1::SAME_MATTER_RULE_EXTERNAL_REFERENCE);
}

TEST_F(SourcesTest, AnImportedCaseHasChannelMatterOfficeAndApplicant) {
  auto request = Days("notary", "1", {"2024-05-06"});
  request.set_matter_type("notary");
  request.set_channel(common::v1::CHANNEL_ONLINE);
  request.set_office_id("station");
  request.mutable_applicant()->set_person_id("01890000-0000-7000-8000-00000000000c");
  request.mutable_applicant()->set_sealed("sealed");
  const Result& result = s_.When(request);
  EXPECT_THAT(result.events, ElementsAre("CaseOpened", "FirstReceiverFixed", "LineEventRecorded"));
  const auto shown = Get(result.As<ingest::v1::ImportCaseResponse>().case_id());
  EXPECT_EQ(shown.matter_type(), "notary");
  EXPECT_EQ(shown.channel(), common::v1::CHANNEL_ONLINE);
  EXPECT_EQ(shown.responsible_office_id(), "station");
  EXPECT_EQ(shown.applicant().person_id(), "01890000-0000-7000-8000-00000000000c");
  request.set_external_reference("2");
  request.set_office_id("nowhere");
  ExpectRefused([&]() -> const Result& { return s_.When(request); }, R::REFUSAL_OFFICE_UNKNOWN,
                {{"office_id", "nowhere"}});
  request.set_office_id("gone");
  EXPECT_THAT(s_.When(request).events, ElementsAre("CaseOpened", "FirstReceiverFixed", "LineEventRecorded"))
      << "it was open when the case began";
  request.set_external_reference("3");
  request.set_channel(static_cast<common::v1::Channel>(99));
  ExpectRefused([&]() -> const Result& { return s_.When(request); }, R::REFUSAL_FIELD_INVALID, {{"field", "channel"}});
}

TEST_F(SourcesTest, TheSourcesOwnNumberOfAnEventIsItsIdentity) {
  auto request = Days("notary", "1", {"2024-05-06", "2024-05-07"});
  request.mutable_events(0)->set_event_id("e1");
  request.mutable_events(1)->set_event_id("e1");
  const Result& first = s_.When(request);
  EXPECT_EQ(first.As<ingest::v1::ImportCaseResponse>().duplicates(), 1u);
  request.mutable_events(1)->set_event_id("e2");
  EXPECT_EQ(s_.When(request).As<ingest::v1::ImportCaseResponse>().events_new(), 1u);
  request.mutable_events(0)->set_activity("said otherwise");
  EXPECT_EQ(s_.When(request).As<ingest::v1::ImportCaseResponse>().already_present(), 2u);
  request.mutable_events(0)->set_event_id(std::string(201, 'x'));
  ExpectRefused([&]() -> const Result& { return s_.When(request); }, R::REFUSAL_FIELD_TOO_LONG,
                {{"field", "events[0].event_id"}});
}

// Ranges are what sets of numbers would be.
TEST(NumberRanges, UnionAndGapsAreThoseOfTheNumbers) {
  std::mt19937 random(8);
  const auto ranges_of = [](const std::set<uint64_t>& numbers) {
    NumberRanges ranges;
    for (const uint64_t n : numbers) {
      if (!ranges.empty() && ranges[ranges.size() - 1].last() + 1 == n) {
        ranges[ranges.size() - 1].set_last(n);
      } else {
        auto* range = ranges.Add();
        range->set_first(n);
        range->set_last(n);
      }
    }
    return ranges;
  };
  const auto text = [](const NumberRanges& ranges) {
    std::string all;
    for (const auto& range : ranges) all += std::to_string(range.first()) + "-" + std::to_string(range.last()) + " ";
    return all;
  };
  for (int round = 0; round < 500; ++round) {
    std::set<uint64_t> a, b, both, missing;
    for (size_t i = 0; i < 20; ++i) {
      a.insert(random() % 60);
      if (random() % 2 == 0) b.insert(random() % 60);
    }
    both = a;
    both.insert(b.begin(), b.end());
    for (uint64_t n = *both.begin(); n < *both.rbegin(); ++n) {
      if (both.count(n) == 0) missing.insert(n);
    }
    const NumberRanges joined = Union(ranges_of(a), ranges_of(b));
    EXPECT_EQ(text(joined), text(ranges_of(both)));
    EXPECT_EQ(text(Gaps(joined)), text(ranges_of(missing)));
  }
}

}  // namespace
}  // namespace casehub::intake
