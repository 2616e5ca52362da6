using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Disclosure;

namespace Collab.Statistics.Tests.Disclosure;

/// <summary>Sequences of questions that single out one patient, from the literature and of our own, are found; sequences that tell nothing small are not.</summary>
public class DifferencingTests
{
    private const int Threshold = 10;

    private static readonly Measure Pay = new("pay", 0), Age = new("age", 0);
    private static readonly Digest One = Digest.Of("version", [1]), Two = Digest.Of("version", [2]);

    /// <summary>200 people; person 0 is the one who is looked for.</summary>
    private static readonly Person[] People = [.. Enumerable.Range(0, 200).Select(i => new Person(
        Pay: 1000 + (i * 7919 % 5003), Age: i == 3 ? null : 20 + (i * 31 % 60), Sex: i % 2 == 0 ? "f" : "m", Ward: $"w{i % 5}",
        FemaleExceptOne: i == 0 ? "m" : i % 2 == 0 ? "f" : "m", Team: i == 0 ? null : i % 3 == 0 ? "a" : "b"))];

    private sealed record Person(long Pay, long? Age, string Sex, string Ward, string FemaleExceptOne, string? Team);

    [Fact]
    public void The_same_question_tells_nothing_new() => AssertAllowed(Mean(People), Mean(People));

    [Fact]
    public void Groups_and_their_total_are_one_answer()
    {
        AssertAllowed(Mean(People), Mean(People, "sex"), Mean(People, "ward"));
        AssertAllowed(Mean(People, "sex"), Mean(People));
    }

    [Fact]
    public void Small_cells_of_this_owner_are_no_objection_to_the_total()
    {
        Person[] mostlyFemale = [.. People.Where((p, i) => p.Sex == "f" || i < 8)];
        AssertAllowed(Mean(mostlyFemale, "sex"), Mean(mostlyFemale));
        AssertAllowed(Mean(mostlyFemale), Mean(mostlyFemale, "sex"));
    }

    [Fact]
    public void All_without_one_is_found() =>                                          // individual tracker: C and C and not one
        AssertRefused(Mean(People, "sex"), Mean(People, "except"));

    [Fact]
    public void A_missing_group_singles_out_who_has_none() => AssertRefused(Mean(People), Mean(People, "team"));

    [Fact]
    public void A_missing_value_of_another_column_singles_out_who_lacks_it() => AssertRefused(Mean(People), Correlation(People));

    [Fact]
    public void A_general_tracker_is_found()
    {
        // Denning, Denning, Schwartz 1979: q(one) = q(one or T) + q(one or not T) − q(all), with T = ward 0 to 1 padding; no two of the sets are close.
        var inT = People.Select((p, i) => p.Ward is "w0" or "w1" || i == 2).ToArray();
        var notT = People.Select((p, i) => p.Ward is not ("w0" or "w1") || i == 2).ToArray();
        AssertRefused(Sets(People, inT), Sets(People, notT), Mean(People));
        AssertRefused(Mean(People), Sets(People, notT), Sets(People, inT));
    }

    [Fact]
    public void Another_version_that_differs_by_one_row_is_found_wherever_the_row_stands()
    {
        AssertRefused(Mean(People), Mean(People[1..], version: Two));
        AssertRefused(Mean(People), Mean([new(1, 30, "f", "w1", "f", "a"), .. People], version: Two));
        AssertRefused(Mean(People, "sex"), Mean([.. People[..50], .. People[51..]], "sex", Two));
    }

    [Fact]
    public void Another_version_in_which_one_value_was_corrected_is_found()
    {
        var corrected = (Person[])People.Clone();
        corrected[77] = corrected[77] with { Pay = 999 };
        AssertRefused(Mean(People), Mean(corrected, version: Two));
    }

    [Fact]
    public void Another_version_with_the_same_or_many_other_rows_is_allowed()
    {
        AssertAllowed(Mean(People), Mean([.. People.Reverse()], version: Two));
        AssertAllowed(Mean(People), Mean(People[10..], version: Two));
    }

    [Fact]
    public void A_cell_that_gains_one_patient_is_found_though_the_whole_gained_many() =>
        AssertRefused(Mean(People, "sex"), Mean([.. People, .. Enumerable.Range(0, 30).Select(i => new Person(50 + i, 40, i == 0 ? "f" : "m", "w1", "f", "a"))], "sex", Two));

    [Fact]
    public void Answers_that_share_no_column_are_not_compared() =>
        AssertAllowed(Mean(People), Asked(new AnalysisQuestion([new Analysis.Shape(Age)], Threshold), People, One));

    [Fact]
    public void Bins_that_meet_elsewhere_single_out_who_lies_between()
    {
        AssertAllowed(Histogram(29, 49), Histogram(29, 49));
        AssertAllowed(Histogram(29, 49), Histogram(39, 59));
        AssertRefused(Histogram(29, 49), Histogram(30, 49));
    }

    [Fact]
    public void Quantiles_are_compared_group_by_group_with_every_other_answer()
    {
        AssertAllowed(Quantiles("sex"), Quantiles("sex"), Mean(People, "sex"));
        AssertRefused(Mean(People, "sex"), Quantiles("except"));
        AssertRefused(Quantiles("sex"), Mean(People, "except"));
        AssertRefused(Quantiles(null), Quantiles("team"));

        static AnsweredSet[] Quantiles(string? by) => Asked(new AnalysisQuestion([new Analysis.Quantiles(Pay, by is null ? null : new GroupBy(by, []), [5], 1)], Threshold), People, One);
    }

    [Fact]
    public void Ranks_are_compared_group_by_group_with_every_other_answer()
    {
        AssertAllowed(Ranks("sex"), Ranks("sex"), Mean(People, "sex"));
        AssertRefused(Mean(People, "sex"), Ranks("except"));
        AssertRefused(Ranks("sex"), Mean(People, "except"));

        static AnsweredSet[] Ranks(string by) => Asked(new AnalysisQuestion([new Analysis.Ranked(Pay, new GroupBy(by, []), null, RankTest.MannWhitney)], Threshold), People, One);
    }

    [Fact]
    public void Tables_are_compared_cell_by_cell()
    {
        var table = new AnalysisQuestion([new Analysis.Table(new GroupBy("sex", ["f", "m"]), new GroupBy("ward", ["w0", "w1", "w2", "w3", "w4"]), TableTest.ChiSquared)], Threshold);
        AssertAllowed(Asked(table, People, One), Asked(table, People, One));
        AssertRefused(Asked(table, People, One), Asked(table, People[1..], Two));
    }

    [Fact]
    public void Filters_that_leave_all_but_one_are_found_whatever_column_is_asked()
    {
        AssertRefused(Filtered(null), Filtered("pay <> 1000"));                        // person 0
        AssertRefused(Filtered("pay <> 1000"), Filtered(null));
        AssertRefused(Filtered("sex = 'f'"), Filtered("sex = 'f' and pay <> 1000"));
        AssertRefused(Filtered("sex = 'f'"), Filtered("sex = 'f' and pay <> 1000", Age)); // the number of rows tells it as well
        AssertRefused(Filtered(null), Filtered("age is not missing", Pay));            // person 3
    }

    [Fact]
    public void Filters_of_the_same_rows_are_too_close_and_a_refusal_tells_nothing()
    {
        // Is person 0 in ward 0, or in ward 1? Refused alike.
        AssertRefused(Filtered("sex = 'f'"), Filtered("sex = 'f' and (pay <> 1000 or ward = 'w0')"));
        AssertRefused(Filtered("sex = 'f'"), Filtered("sex = 'f' and (pay <> 1000 or ward = 'w1')"));

        // Is anybody of pay 1000 here? Refused alike, though at this owner no row is left by the first.
        AssertRefused(Filtered("sex = 'x'"), Filtered("sex = 'x' or pay = 1000"));
        AssertRefused(Filtered("sex = 'x'"), Filtered("sex = 'x' or pay = 1001"));
        AssertRefused(Filtered("pay = 1000"), Filtered("pay < 1000"), Filtered("pay <= 1000")); // nor if the one was asked for by itself
    }

    [Fact]
    public void A_general_tracker_of_filters_is_found()
    {
        const string T = "ward in ('w0', 'w1')", NotT = "ward not in ('w0', 'w1')";
        AssertRefused(Filtered($"pay = 1000 or {T}"), Filtered($"pay = 1000 or {NotT}"), Filtered(null));
        AssertRefused(Filtered(null), Filtered($"pay = 1000 or {T}"), Filtered($"pay = 1000 or {NotT}"));
        AssertRefused(Filtered(null), Filtered($"pay = 1000 or {NotT}"), Filtered($"pay = 1000 or {T}", Age));

        // Is person 0, a woman, of age 20? The pads hold her twice or once, and are refused alike.
        AssertRefused(Filtered(null), Filtered($"pay = 1000 and age = 20 or {T}"), Filtered($"{NotT} or pay = 1000"));
        AssertRefused(Filtered(null), Filtered($"pay = 1000 and age = 21 or {T}"), Filtered($"{NotT} or pay = 1000"));
    }

    [Fact]
    public void A_double_tracker_of_filters_is_found() =>
        // q(one) = q(one or U) + q(T) − q(U or not (one and T)) − ..., of which each step is a difference of two: with T in U both are found at the second.
        AssertRefused(Filtered("ward in ('w0', 'w1')"), Filtered("ward in ('w0', 'w1', 'w2', 'w3')"), Filtered("pay = 7919 or ward in ('w0', 'w1')"));

    [Fact]
    public void Filters_that_no_row_can_pass_both_are_no_objection_however_few_rows_they_leave()
    {
        AssertAllowed(Filtered("pay in (1000, 1001, 1002)"), Filtered("pay in (1003, 1004)"), Filtered("pay < 1000"), Filtered("pay > 5000"));
        AssertAllowed(Filtered("ward = 'w0'"), Filtered("ward = 'w1'"), Filtered(null));
        AssertAllowed(Filtered("sex = 'x'"), Filtered("sex = 'y'"), Mean(People, "sex"), Filtered(null));
    }

    [Fact]
    public void A_filter_that_says_what_a_group_says_is_that_group()
    {
        AssertAllowed(Mean(People, "sex"), Filtered("sex = 'f'"), Filtered("sex = 'm'"), Mean(People));
        AssertAllowed(Histogram(29, 49), Filtered("age > 29 and age <= 49", Age), Filtered("age > 49", Age));
        AssertRefused(Mean(People, "sex"), Filtered("sex = 'f' and ward <> 'w9'"));
        AssertRefused(Filtered("sex = 'f'"), Filtered("sex in ('f', 'x')"));
    }

    [Fact]
    public void A_filter_over_another_version_is_compared_with_itself()
    {
        AssertAllowed(Filtered("sex = 'f'"), Filtered("sex = 'f'", version: Two, people: [.. People.Reverse()]));
        AssertRefused(Filtered("sex = 'f'"), Filtered("sex = 'f'", version: Two, people: People[1..]));
    }

    [Fact]
    public void What_a_filter_leaves_is_kept_with_the_filter()
    {
        var set = Filtered("sex = 'f' and age > 5", by: "ward")[1];
        var writer = new CanonicalWriter();
        AnsweredSet.Encode(writer, set);
        var reader = new CanonicalReader(writer.Written);
        var read = AnsweredSet.Decode(ref reader);
        reader.End();
        Assert.Equal(("age > 5 and sex = 'f'", "age > 5 and sex = 'f' and ward = 'w0'"), (read.Filter!.ToString(), read.Selection!.ToString()));
        Assert.True(set.IsSame(read));
        Assert.False(set.IsSame(read with { Filter = null }));
    }

    private static AnsweredSet[] Filtered(string? where, Measure? of = null, string? by = null, Person[]? people = null, Digest? version = null)
    {
        var filter = where is null ? null : FilterText.Parse(where);
        return Read(
            new StatisticsQuestion([of ?? Pay], by is null ? null : new GroupBy(by, []), [Statistic.Mean], Threshold), version ?? One, filter, ColumnsOf(people ?? People));
    }

    private static AnsweredSet[] Mean(Person[] people, string? by = null, Digest? version = null) => Asked(
        new StatisticsQuestion([Pay], by is null ? null : new GroupBy(by, []), [Statistic.Mean], Threshold), people, version ?? One);

    private static AnsweredSet[] Correlation(Person[] people) => Asked(new AnalysisQuestion([new Analysis.Correlation(Pay, Age)], Threshold), people, One);

    private static AnsweredSet[] Histogram(params long[] breaks) => Asked(new AnalysisQuestion([new Analysis.Binned(Age, null, breaks, BinnedTest.Histogram)], Threshold), People, One);

    /// <summary>The mean of those who are chosen, as a filter of another question would give it: all others lack the value.</summary>
    private static AnsweredSet[] Sets(Person[] people, bool[] chosen) => Read(
        new StatisticsQuestion([Pay], new GroupBy("chosen", ["yes"]), [Statistic.Mean], Threshold), One, null,
        Column("chosen", [.. chosen.Select(isChosen => isChosen ? "yes" : null)]), Column("pay", [.. people.Select(p => (long?)p.Pay)]));

    private static AnsweredSet[] Asked(Question question, Person[] people, Digest version) => Read(question, version, null, ColumnsOf(people));

    private static Column[] ColumnsOf(Person[] people) =>
    [
        Column("pay", [.. people.Select(p => (long?)p.Pay)]), Column("age", [.. people.Select(p => p.Age)]), Column("sex", [.. people.Select(p => p.Sex)]),
        Column("ward", [.. people.Select(p => p.Ward)]), Column("except", [.. people.Select(p => p.FemaleExceptOne)]), Column("team", [.. people.Select(p => p.Team)]),
    ];

    private static AnsweredSet[] Read(Question question, Digest version, RowFilter? filter, params Column[] columns)
    {
        var rows = new AnsweredRows(question, version, 0xC0FFEE, Threshold, filter);
        var count = columns[0] is TextColumn text ? text.Values.Count : ((NumberColumn)columns[0]).Values.Length;
        var batch = new ColumnBatch(1, count, columns);
        rows.Add(filter is null ? batch : new RowSelection(filter, [.. columns.Select(column => column.Schema)]).Of(batch));
        return [.. rows.Sets];
    }

    private static TextColumn Column(string name, string?[] values) => new(new ColumnSchema(name, ColumnType.Text, 0), values);

    private static NumberColumn Column(string name, long?[] values) => new(
        new ColumnSchema(name, ColumnType.Integer, 0), values.Select(v => v ?? 0).ToArray(), values.Select(v => v is not null).ToArray());

    private static void AssertAllowed(params AnsweredSet[][] questions) => Assert.Null(FirstConflict(questions));

    /// <summary>All but the last question are answered; the last is refused.</summary>
    private static void AssertRefused(params AnsweredSet[][] questions) => Assert.Equal(questions.Length - 1, FirstConflict(questions));

    private static int? FirstConflict(AnsweredSet[][] questions)
    {
        List<AnsweredSet> answered = [];
        for (var i = 0; i < questions.Length; i++)
        {
            if (Differencing.Find(answered, questions[i], Threshold) is not null) return i;
            answered.AddRange(questions[i]);
        }

        return null;
    }
}
