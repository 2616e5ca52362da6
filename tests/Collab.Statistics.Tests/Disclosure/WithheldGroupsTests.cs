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
        for (var seed = 1; seed <= 400; seed++)
        {
            var random = RandomSource.Seeded(seed);
            var people = Enumerable.Range(0, 12 + (int)(random.NextUInt64() % 8)).Select(_ => new[] { Level(random), Level(random), Level(random) }).ToArray();
            int?[] questions = [.. new int?[] { null, 0, 1, 2, null, 0 }.OrderBy(_ => random.NextUInt64())];
            var withRule = Ask(people, questions, hasRule: true);
            withheld += withRule.Withheld.Count;
            refused += withRule.Refused;
            Assert.All(withRule.Withheld, cell => Assert.False(IsDetermined(withRule.Told, cell), $"seed {seed}"));
            var without = Ask(people, questions, hasRule: false);
            given += without.Withheld.Count(cell => IsDetermined(without.Told, cell));
        }

        Assert.True(withheld > 200 && refused > 100 && given > 100, $"{withheld} {refused} {given}"); // the test could have failed
    }

    // Three groupings of unequal levels, and the total, over one owner's rows; a cell is told from the threshold on.
    private static (List<int[]> Told, List<int[]> Withheld, int Refused) Ask(string[][] people, int?[] questions, bool hasRule)
    {
        List<int[]> told = [], lost = [];
        List<AnsweredSet> answered = [], withheld = [];
        var refused = 0;
        foreach (var by in questions)
        {
            var question = new StatisticsQuestion([new Measure("pay", 0)], by is { } g ? new GroupBy($"g{g}", ["a", "b", "c"]) : null, [Statistic.Sum], Threshold);
            var plan = StatisticsPlan.Create(question, [PartyId.Parse("a"), PartyId.Parse("b")], PartyId.Parse("registry"));
            int[][] cells = [.. question.Levels.Select(level => people.Select(p => by is not { } i || p[i] == level ? 1 : 0).ToArray())];
            bool[] released = [.. cells.Select(cell => cell.Sum() >= Threshold)];
            var rows = new AnsweredRows(question, Version, 7, Threshold);
            rows.Add(new ColumnBatch(1, people.Length,
            [
                new NumberColumn(new ColumnSchema("pay", ColumnType.Integer, 0), people.Select((_, i) => (long)i).ToArray(), people.Select(_ => true).ToArray()),
                .. Enumerable.Range(0, 3).Select(i => new TextColumn(new ColumnSchema($"g{i}", ColumnType.Text, 0), [.. people.Select(p => p[i])])),
            ]));
            answered.AddRange(rows.Sets.Where(set => !answered.Any(set.IsSame)));
            lost.AddRange(cells.Where((cell, i) => !released[i] && cell.Sum() > 0));
            if (WithheldGroups.Settle(plan, released, rows.Sets, answered, withheld, Threshold) is not { } now && hasRule)
            {
                refused++;
                continue;
            }
            else
            {
                withheld.AddRange(WithheldGroups.Settle(plan, released, rows.Sets, answered, withheld, Threshold) ?? []);
            }

            told.AddRange(cells.Where((_, i) => released[i]));
        }

        return (told, lost, refused);
    }

    // Whether the cell lies in the span of what was told: then, and only then, its sum follows whatever the rows hold.
    private static bool IsDetermined(List<int[]> told, int[] cell)
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
