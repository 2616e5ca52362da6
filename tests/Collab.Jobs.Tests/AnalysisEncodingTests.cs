using Collab.Primitives;

namespace Collab.Jobs.Tests;

public class AnalysisEncodingTests
{
    private static readonly Measure Age = new("age", 0), Ratio = new("ratio", 4);
    private static readonly GroupBy City = new("city", ["Rome", "Oslo"]), Ill = new("ill", ["no", "yes"]), Three = new("city", ["a", "b", "c"]);

    private static readonly Analysis[] Sound =
    [
        new Analysis.Means(Ratio, null, MeanTest.OneSample, -33), new Analysis.Means(Age, City, MeanTest.Welch, 0), new Analysis.Means(Age, City, MeanTest.EqualVariances, 0),
        new Analysis.Means(Age, Three, MeanTest.AnalysisOfVariance, 0), new Analysis.PairedMeans(new Measure("before", 2), new Measure("after", 2)),
        new Analysis.Table(Three, Ill, TableTest.ChiSquared), new Analysis.Table(City, Ill, TableTest.ChiSquaredPlain), new Analysis.Table(Three, Ill, TableTest.Fisher),
        new Analysis.Table(City, Ill, TableTest.Ratios), new Analysis.Table(City, Ill, TableTest.Proportions), new Analysis.Correlation(Age, Ratio), new Analysis.Shape(Ratio), new Analysis.Linear(Ratio, [Age, new Measure("male", 0)]),
        new Analysis.Logistic(Ill, [Age, Ratio]), new Analysis.Poisson(Age, [Ratio]), new Analysis.Cox(Age, Ill, [Ratio], [1, 5]),
        new Analysis.Survival(Age, Ill, null, [1]), new Analysis.Survival(Age, Ill, City, [-5, 0, 7]),
        new Analysis.Binned(Age, null, [20, 40], BinnedTest.Histogram), new Analysis.Binned(Age, Ill, [20, 40], BinnedTest.Stability), new Analysis.Binned(Age, Ill, [20], BinnedTest.MannWhitney),
        new Analysis.Binned(Age, Three, [-1, 0], BinnedTest.KruskalWallis), new Analysis.Binned(Ratio, City, [5, 6], BinnedTest.KolmogorovSmirnov),
        new Analysis.Proportion(Ill, 5, 1), new Analysis.Proportion(Ill, 999_999_999, 9),
        new Analysis.Quantiles(Ratio, null, [5], 1), new Analysis.Quantiles(Age, Three, [25, 50, 999], 3), new Analysis.Quantiles(Age, Three, [25, 50, 999], 3, 0, 130),
        new Analysis.Ranked(Ratio, Ill, null, RankTest.MannWhitney), new Analysis.Ranked(Ratio, Three, null, RankTest.KruskalWallis),
        new Analysis.Ranked(Ratio, Ill, null, RankTest.KolmogorovSmirnov), new Analysis.Ranked(Age, null, Ratio, RankTest.Spearman), new Analysis.Ranked(Age, null, Ratio, RankTest.Spearman, IsDealt: true),
    ];

    private static readonly Analysis[] Unsound =
    [
        new Analysis.Means(Ratio, City, MeanTest.OneSample, 0), new Analysis.Means(Age, null, MeanTest.Welch, 0), new Analysis.Means(Age, Three, MeanTest.Welch, 0),
        new Analysis.Means(Age, City, MeanTest.Welch, 1), new Analysis.Means(Age, City, (MeanTest)9, 0), new Analysis.Means(new Measure("city", 0), City, MeanTest.Welch, 0),
        new Analysis.PairedMeans(new Measure("before", 2), new Measure("after", 1)), new Analysis.PairedMeans(Age, Age), new Analysis.Table(City, City, TableTest.Fisher),
        new Analysis.Table(new GroupBy("city", ["one"]), Ill, TableTest.ChiSquared), new Analysis.Table(Three, Ill, TableTest.Ratios), new Analysis.Table(Three, Ill, TableTest.Proportions), new Analysis.Table(City, Ill, (TableTest)0),
        new Analysis.Linear(Ratio, []), new Analysis.Logistic(Three, [Age]), new Analysis.Poisson(Age, []), new Analysis.Cox(Age, Three, [Ratio], [1]), new Analysis.Cox(Age, Ill, [], [1]), new Analysis.Cox(Age, Ill, [Ratio], []), new Analysis.Cox(Age, Ill, [Ratio], [2, 1]),
        new Analysis.Cox(Age, Ill, [Age], [1]), new Analysis.Cox(Age, Ill, [.. Enumerable.Range(0, 30).Select(i => new Measure($"x{i}", 0))], [.. Enumerable.Range(0, 100).Select(i => (long)i)]), new Analysis.Poisson(Age, [Age]), new Analysis.Logistic(Ill, []), new Analysis.Logistic(Ill, [Age, new Measure("ill", 0)]), new Analysis.Linear(Ratio, [Age, Ratio]), new Analysis.Linear(Ratio, [.. Enumerable.Range(0, 51).Select(i => new Measure($"x{i}", 0))]),
        new Analysis.Survival(Age, Three, null, [1]), new Analysis.Survival(Age, Ill, null, []), new Analysis.Survival(Age, Ill, null, [2, 2]),
        new Analysis.Survival(Age, Ill, new GroupBy("city", ["one"]), [1]), new Analysis.Table(Levels("a", 257), Levels("b", 256), TableTest.ChiSquared),
        new Analysis.Binned(Age, null, [], BinnedTest.Histogram), new Analysis.Binned(Age, null, [2, 2], BinnedTest.Histogram), new Analysis.Binned(Age, null, [3, 2], BinnedTest.Histogram),
        new Analysis.Binned(Age, Ill, [1], BinnedTest.Histogram), new Analysis.Binned(Age, null, [1], BinnedTest.MannWhitney), new Analysis.Binned(Age, Three, [1], BinnedTest.KolmogorovSmirnov),
        new Analysis.Binned(Age, new GroupBy("city", ["one"]), [1], BinnedTest.KruskalWallis), new Analysis.Binned(Age, Ill, [1], (BinnedTest)6),
        new Analysis.Binned(Age, null, [.. Enumerable.Range(0, 1000).Select(i => (long)i)], BinnedTest.Histogram), new Analysis.Binned(Age, Levels("a", 66), [.. Enumerable.Range(0, 999).Select(i => (long)i)], BinnedTest.KruskalWallis),
        new Analysis.Ranked(Ratio, Three, null, RankTest.MannWhitney), new Analysis.Ranked(Ratio, null, null, RankTest.KolmogorovSmirnov), new Analysis.Ranked(Age, null, Age, RankTest.Spearman),
        new Analysis.Ranked(Ratio, Ill, Age, RankTest.KruskalWallis), new Analysis.Ranked(Ratio, Levels("a", 51), null, RankTest.KruskalWallis), new Analysis.Ranked(Age, null, null, RankTest.Spearman),
        new Analysis.Ranked(Age, Ill, Ratio, RankTest.Spearman), new Analysis.Ranked(Ratio, Ill, null, (RankTest)5), new Analysis.Ranked(Ratio, new GroupBy("city", ["one"]), null, RankTest.KruskalWallis),
        new Analysis.Proportion(Three, 5, 1), new Analysis.Proportion(Ill, 0, 1), new Analysis.Proportion(Ill, 10, 1), new Analysis.Proportion(Ill, -1, 2), new Analysis.Proportion(Ill, 1, 0),
        new Analysis.Quantiles(Age, null, [], 1), new Analysis.Quantiles(Age, null, [0], 1), new Analysis.Quantiles(Age, null, [10], 1), new Analysis.Quantiles(Age, null, [5, 5], 1),
        new Analysis.Quantiles(Age, null, [6, 5], 1), new Analysis.Quantiles(Age, null, [5], 1, 3, 3), new Analysis.Quantiles(Age, null, [5], 1, 4, 3), new Analysis.Quantiles(Age, new GroupBy("city", ["one"]), [5], 1), new Analysis.Quantiles(Age, null, [5], 0), new Analysis.Quantiles(Age, null, [5], 10), new Analysis.Quantiles(new Measure("city", 0), City, [5], 1),
        new Analysis.Quantiles(Age, Levels("a", 40), [.. Enumerable.Range(1, 999).Select(i => (long)i)], 3), new Analysis.Quantiles(Age, null, [.. Enumerable.Range(1, 1001).Select(i => (long)i)], 9),
        new Analysis.Proportion(Ill, 1, 10), new Analysis.Survival(Age, Ill, Levels("a", 7), [.. Enumerable.Range(0, 10_000).Select(i => (long)i)]),
    ];

    [Fact]
    public void What_suits_itself_reads_back_to_the_same_bytes_and_no_shorter_or_longer_does()
    {
        Assert.All(Sound, analysis => Assert.True(analysis.IsSound));
        var bytes = Encode(new AnalysisQuestion(Sound, 10));
        var read = Decode(bytes);
        Assert.Equal(bytes, Encode(read));
        Assert.Equal("analysis", read.Kind);
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<MalformedException>(() => Decode(bytes.AsSpan(0, length)));
        Assert.Equal(Sound.Length, Sound.Select(analysis => Convert.ToHexString(Encode(new AnalysisQuestion([analysis], 10)))).Distinct().Count());
    }

    [Fact]
    public void What_does_not_suit_itself_is_refused()
    {
        Assert.All(Unsound, analysis => Assert.False(analysis.IsSound));
        Assert.All(Unsound, analysis => Assert.Throws<MalformedException>(() => Decode(Encode(new AnalysisQuestion([analysis], 10)))));
        Assert.Throws<MalformedException>(() => Decode(Encode(new AnalysisQuestion([], 10))));
        Assert.Throws<MalformedException>(() => Decode(Encode(new AnalysisQuestion(Sound, 0))));
    }

    [Fact]
    public void A_join_reads_back_to_the_same_bytes_and_names_each_column_once()
    {
        var (al, bo) = (PartyId.Parse("al"), PartyId.Parse("bo"));
        HeldColumn age = new("age", al, new ValueRange("age", 1, -5, 1200)), spent = new("spent", bo, null);
        AnalysisQuestion Over(KeyRule rule, params HeldColumn[] columns) =>
            new([new Analysis.Correlation(new Measure("age", 1), new Measure("spent", 0))], 10) { Join = new JoinedTables(rule, columns) };
        var bytes = Encode(Over(KeyRule.Default, age, spent));
        var read = (AnalysisQuestion)Decode(bytes);
        Assert.Equal(bytes, Encode(read));
        Assert.Equal(("joined-analysis", al, bo), (read.Kind, read.Join!["age"].Of, read.Join["spent"].Of));
        Assert.Equal((-50, 12000), read.Join.RangeOf(new Measure("age", 2)));
        Assert.Equal((-JoinedTables.LargestMagnitude, JoinedTables.LargestMagnitude), read.Join.RangeOf(new Measure("spent", 0)));
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<MalformedException>(() => Decode(bytes.AsSpan(0, length)));
        AnalysisQuestion[] unsound =
        [
            Over(KeyRule.Default), Over(KeyRule.Default, age, spent, age), Over(KeyRule.Default with { Duplicate = DuplicateKeys.All }, age, spent),
            Over(KeyRule.Default, spent, age with { Range = new ValueRange("age", 19, 0, 1) }), Over(KeyRule.Default, spent, age with { Range = new ValueRange("age", 1, 2, 1) }),
        ];
        Assert.All(unsound, question => Assert.Throws<MalformedException>(() => Decode(Encode(question))));
    }

    private static GroupBy Levels(string column, int count) => new(column, [.. Enumerable.Range(0, count).Select(i => $"{i}")]);

    private static byte[] Encode(Question question)
    {
        var writer = new CanonicalWriter();
        QuestionEncoding.Encode(writer, question);
        return writer.ToArray();
    }

    private static Question Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var question = QuestionEncoding.Decode(ref reader);
        reader.End();
        return question;
    }
}
