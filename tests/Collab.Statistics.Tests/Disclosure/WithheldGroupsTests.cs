using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Disclosure;
using Collab.Statistics.Results;
using Collab.Testing;

namespace Collab.Statistics.Tests.Disclosure;

/// <summary>Groups and totals asked one after the other: no linear combination of all that was told gives a withheld group.</summary>
public sealed class WithheldGroupsTests
{
    private const int Threshold = 4;

    private static readonly Digest Version = Digest.Of("version", [1]);

    [Fact]
    public void No_combination_of_what_was_told_gives_a_withheld_group()
    {
        var (withheld, refused, given) = (0, 0, 0);
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = RandomSource.Seeded(seed);
            var people = Enumerable.Range(0, 12 + (int)(random.NextUInt64() % 8)).Select(_ => PersonOf(Level(random), Level(random), Level(random))).ToArray();
            int?[] questions = [.. new int?[] { null, 0, 1, 2, 3, 4, 0 }.OrderBy(_ => random.NextUInt64())];
            var withRule = Ask(people, questions, hasRule: true);
            withheld += withRule.Withheld.Count;
            refused += withRule.Refused;
            Assert.All(withRule.Withheld, cell => Assert.False(IsDetermined(withRule.Told, cell), $"seed {seed}"));
            var without = Ask(people, questions, hasRule: false);
            given += without.Withheld.Count(cell => IsDetermined(without.Told, cell));
        }

        Assert.True(withheld > 200 && refused > 100 && given > 50, $"{withheld} {refused} {given}"); // the test could have failed
    }

    [Fact]
    public void A_coarser_grouping_less_finer_groups_gives_none_that_was_withheld()
    {
        // Bands and sexes with 3 old men, and sexes alone: the men less the bands of men that were told are the old ones, though neither grouping has a total.
        var people = Enumerable.Range(0, 33).Select(i => PersonOf(i < 3 ? "c" : i < 18 ? "a" : "b", i < 3 || i % 2 == 0 ? "a" : "b", i % 3 == 0 ? "c" : "a")).ToArray();
        Assert.Equal(0, Ask(people, [3], hasRule: true).Refused);
        Assert.Equal(1, Ask(people, [3, 1], hasRule: true).Refused);
        Assert.Equal(1, Ask(people, [1, 3], hasRule: true).Refused);
        Assert.Equal(2, Ask(people, [3, 1, null], hasRule: true, columns: ["pay", "age", "age"]).Refused); // of another column too: the number of old men follows
    }

    [Fact]
    public void A_column_of_zeros_and_ones_counts_a_group_without_any_grouping()
    {
        var people = Enumerable.Range(0, 33).Select(i => PersonOf(i < 3 ? "c" : i < 18 ? "a" : "b", i < 3 || i % 2 == 0 ? "a" : "b", "a")).ToArray();
        var told = new List<JudgedSet>();
        Assert.True(Tell(people, 3, "pay", told, cover: "bb"));
        Assert.True(Tell(people, null, "age", told)); // the total gives old men and the women that cover them together
        Assert.False(Tell(people, 1, "age", told));
        Assert.False(Tell(people, null, "isA1", told)); // Σ isA1 is the number of men
    }

    [Fact]
    public void A_group_that_covers_the_withheld_one_keeps_the_total_harmless()
    {
        var people = Enumerable.Range(0, 33).Select(i => PersonOf(i < 3 ? "c" : i < 18 ? "a" : "b", "a", "a")).ToArray();
        var told = new List<JudgedSet>();
        Assert.True(Tell(people, 0, "pay", told, cover: "b"));
        Assert.True(Tell(people, null, "pay", told));
        Assert.True(Tell(people, null, "age", told));
        Assert.False(Tell(people, 0, "age", told)); // without its cover the number of the withheld is all less the others
    }

    [Fact]
    public void Over_three_owners_no_combination_gives_a_withheld_group_though_each_sees_its_own_rows_alone()
    {
        var (withheld, refused, given, covered) = (0, 0, 0, 0);
        for (var seed = 1; seed <= 150; seed++)
        {
            var random = RandomSource.Seeded(seed);
            var people = Enumerable.Range(0, 14 + (int)(random.NextUInt64() % 8)).Select(_ => PersonOf(Level(random), Level(random), Level(random))).ToArray();
            int[] owners = [.. people.Select(person => seed % 2 == 0 ? (int)(random.NextUInt64() % 3) : person[seed % 3][0] - 'a')]; // dealt out, or each with groups of its own
            int?[] questions = [.. new int?[] { null, 0, 1, 2, 3, 4, 0 }.OrderBy(_ => random.NextUInt64())];
            List<int[]> told = [], lost = [], toldWithout = [];
            List<JudgedSet>[] known = [[], [], []];
            foreach (var by in questions)
            {
                var (cells, passed) = CellsOf(people, by);
                bool[] opened = [.. passed];
                var cover = random.NextUInt64() % 2 == 0 ? null : CoveringCell.Of(opened);
                if (cover is { } place) opened[place] = false;
                covered += cover is null ? 0 : 1;
                lost.AddRange(cells.Where((cell, i) => !passed[i] && cell.Sum() > 0));
                int[][] answer = [.. cells.Where((_, i) => opened[i]), .. cover is null ? [] : new[] { people.Select(_ => 1).ToArray() }];
                toldWithout.AddRange(answer);
                var now = known.Select((_, owner) => Judged([.. people.Where((_, i) => owners[i] == owner)], by, "pay", passed, opened)).ToArray();
                if (now.Zip(known).Any(pair => WithheldGroups.AreGiven([.. pair.Second, .. pair.First], Threshold)))
                {
                    refused++;
                    continue;
                }

                foreach (var (owner, sets) in now.Index()) known[owner].AddRange(sets);
                told.AddRange(answer);
            }

            withheld += lost.Count;
            Assert.All(lost, cell => Assert.False(IsDetermined(told, cell), $"seed {seed}"));
            given += lost.Count(cell => IsDetermined(toldWithout, cell));
        }

        Assert.True(withheld > 200 && refused > 50 && given > 50 && covered > 100, $"{withheld} {refused} {given} {covered}");
    }

    /// <summary>Levels of five groupings: three, both first together, and the third more coarsely.</summary>
    private static string[] PersonOf(string first, string second, string third) => [first, second, third, first + second, third == "c" ? "c" : "ab"];

    private static readonly string[][] Levels = [["a", "b", "c"], ["a", "b", "c"], ["a", "b", "c"], [.. from x in "abc" from y in "abc" select $"{x}{y}"], ["ab", "c"]];

    private static (List<int[]> Told, List<int[]> Withheld, int Refused) Ask(string[][] people, int?[] questions, bool hasRule, string[]? columns = null)
    {
        List<int[]> told = [], lost = [];
        List<JudgedSet> known = [];
        var refused = 0;
        foreach (var (number, by) in questions.Index())
        {
            var (cells, released) = CellsOf(people, by);
            lost.AddRange(cells.Where((cell, i) => !released[i] && cell.Sum() > 0));
            if (Tell(people, by, columns?[number] ?? "pay", known, hasRule: hasRule)) told.AddRange(cells.Where((_, i) => released[i]));
            else refused++;
        }

        return (told, lost, refused);
    }

    private static (int[][] Cells, bool[] Released) CellsOf(string[][] people, int? by)
    {
        int[][] cells = [.. (by is { } g ? Levels[g] : [""]).Select(level => people.Select(p => by is not { } i || p[i] == level ? 1 : 0).ToArray())];
        return (cells, [.. cells.Select(cell => cell.Sum() >= Threshold)]);
    }

    // Over one owner's rows; a cell is told from the threshold on, but for the cover. False if the owner refuses.
    private static bool Tell(string[][] people, int? by, string column, List<JudgedSet> known, string? cover = null, bool hasRule = true)
    {
        var passed = CellsOf(people, by).Released;
        var now = Judged(people, by, column, passed, [.. passed.Select((isPassed, i) => isPassed && (by is not { } g || Levels[g][i] != cover))]);
        if (hasRule && WithheldGroups.AreGiven([.. known, .. now], Threshold)) return false;
        known.AddRange(now);
        return true;
    }

    private static IReadOnlyList<JudgedSet> Judged(string[][] people, int? by, string column, bool[] passed, bool[] opened)
    {
        var question = new StatisticsQuestion([new Measure(column, 0)], by is { } g ? new GroupBy($"g{g}", Levels[g]) : null, [Statistic.Sum], Threshold);
        var rows = new AnsweredRows(question, Version, 7, Threshold);
        NumberColumn Numbers(string name, Func<int, long> value) =>
            new(new ColumnSchema(name, ColumnType.Integer, 0), people.Select((_, i) => value(i)).ToArray(), people.Select(_ => true).ToArray());
        rows.Add(new ColumnBatch(1, people.Length,
        [
            Numbers("pay", i => i), Numbers("age", i => 7 * i), Numbers("isA1", i => people[i][1] == "a" ? 1 : 0),
            .. Enumerable.Range(0, Levels.Length).Select(i => new TextColumn(new ColumnSchema($"g{i}", ColumnType.Text, 0), [.. people.Select(p => p[i])])),
        ]));
        return WithheldGroups.Judge(rows.CellsOf(0), [.. question.Levels.Select(level => AnsweredSet.LabelOf(question.GroupBy, level))], passed, opened);
    }

    // Whether the cell lies in the span of what was told: then, and only then, its sum follows whatever the rows hold.
    internal static bool IsDetermined(List<int[]> told, int[] cell)
    {
        var plain = told.Select(set => set.Select(x => new Fraction(x, 1)).ToArray()).ToList();
        return Rank(plain) == Rank([.. plain, [.. cell.Select(x => new Fraction(x, 1))]]);
    }

    private static int Rank(IReadOnlyList<Fraction[]> given)
    {
        var matrix = given.Select(row => row.Select(x => (x.Numerator, x.Denominator)).ToArray()).ToList();
        var rank = 0;
        for (var column = 0; matrix.Count > 0 && column < matrix[0].Length && rank < matrix.Count; column++)
        {
            var pivot = matrix.FindIndex(rank, row => !row[column].Numerator.IsZero);
            if (pivot < 0) continue;
            (matrix[rank], matrix[pivot]) = (matrix[pivot], matrix[rank]);
            for (var other = rank + 1; other < matrix.Count; other++)
            {
                var (p, q) = (matrix[other][column], matrix[rank][column]);
                for (var c = 0; c < matrix[other].Length; c++)
                {
                    // row − (p/q)·pivot row
                    var (n, d) = (matrix[rank][c].Numerator * p.Numerator * q.Denominator, matrix[rank][c].Denominator * p.Denominator * q.Numerator);
                    var difference = new Fraction((matrix[other][c].Numerator * d) - (n * matrix[other][c].Denominator), matrix[other][c].Denominator * d);
                    matrix[other][c] = (difference.Numerator, difference.Denominator);
                }
            }

            rank++;
        }

        return rank;
    }

    private static string Level(RandomSource random) => (random.NextUInt64() % 9) switch { < 4 => "a", < 8 => "b", _ => "c" };
}
