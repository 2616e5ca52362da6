using System.Globalization;
using System.Numerics;

namespace Collab.SecretSharing.Tests.Expressions;

/// <summary>Programs drawn at random, and beside each what it must open: a reading of specs/computation.md that shares no code with the language.</summary>
/// <param name="random">What is drawn from.</param>
/// <param name="rows">Of each party, the number of its rows.</param>
/// <param name="columns">The columns by name: units of all rows, scale, and the party they are of (−1: of all).</param>
internal sealed class RandomPrograms(Random random, int[] rows, IReadOnlyDictionary<string, (long[] Units, int Scale, int Of)> columns)
{
    private static readonly string[] Comparisons = ["<", "<=", ">", ">=", "==", "!="];

    /// <summary>A list of rows or a single value, of numbers or truth values (0 and 1).</summary>
    /// <param name="Text">As the language writes it.</param>
    /// <param name="Units">The values.</param>
    /// <param name="Scale">Decimals.</param>
    /// <param name="Rows">Whose rows: −1 all, −2 none (a single value).</param>
    public sealed record Value(string Text, BigInteger[] Units, int Scale, int Rows);

    /// <summary>One opened expression: a single value or a list, a number or a truth value.</summary>
    public (Value Value, bool IsTruth) Next()
    {
        var isTruth = random.Next(4) == 0;
        var of = random.Next(3) - 2 is -2 ? -2 : -1;
        return (isTruth ? Truth(3, of) : Number(4, of), isTruth);
    }

    private Value Number(int depth, int of)
    {
        if (depth == 0) return of == -2 ? Constant() : Column(of);
        if (of == -2) return Single(depth);
        switch (random.Next(depth > 1 ? 11 : 4))
        {
            case 0:
                return Column(of);
            case 1 or 2:
                return Arithmetic(depth, of);
            case 3:
                var (choice, yes, no) = (Truth(depth - 1, Mixed(of)), Number(depth - 1, of), Number(depth - 1, Mixed(of)));
                return Zip($"select({choice.Text}, {yes.Text}, {no.Text})", of, Math.Max(yes.Scale, no.Scale), [choice, yes, no], (v, s) => v[0].IsOne ? s(1) : s(2));
            case 4 or 5:
                var (first, second) = (Number(depth - 1, of), Number(depth - 1, Mixed(of)));
                var isMin = random.Next(2) == 0;
                return Zip($"{(isMin ? "min" : "max")}({first.Text}, {second.Text})", of, Math.Max(first.Scale, second.Scale), [first, second],
                    (_, s) => isMin ? BigInteger.Min(s(0), s(1)) : BigInteger.Max(s(0), s(1)));
            case 6:
                var sorted = Number(depth - 1, of);
                return sorted with { Text = $"sort({sorted.Text})", Units = [.. sorted.Units.Order()] };
            case 7:
                var (key, value) = (Number(depth - 1, of), Number(depth - 1, of));
                return value with { Text = $"order({key.Text}, {value.Text})", Units = [.. key.Units.Zip(value.Units).OrderBy(p => p.First).Select(p => p.Second)] };
            case 8:
                var terms = Number(depth - 1, of);
                var total = BigInteger.Zero;
                return terms with { Text = $"running({terms.Text})", Units = [.. terms.Units.Select(u => total += u)] };
            case 9:
                var negated = Number(depth - 1, of);
                return negated with { Text = $"(-{negated.Text})", Units = [.. negated.Units.Select(u => -u)] };
            default:
                var point = Number(depth - 1, of);
                BigInteger c0 = random.Next(-9, 9), c1 = random.Next(-9, 9), c2 = random.Next(-3, 3);
                var one = BigInteger.Pow(10, point.Scale);
                return point with { Text = $"poly({point.Text}, {Signed(c0)}, {Signed(c1)}, {Signed(c2)})", Scale = 2 * point.Scale, Units = [.. point.Units.Select(x => (c2 * x * x) + (c1 * x * one) + (c0 * one * one))] };
        }
    }

    private Value Single(int depth)
    {
        var of = SomeRows();
        switch (random.Next(9))
        {
            case 0:
                return Constant();
            case 1:
                return Arithmetic(depth, -2);
            case 2:
                var terms = Number(depth - 1, of);
                return Alone($"sum({terms.Text})", terms.Units.Aggregate(BigInteger.Zero, BigInteger.Add), terms.Scale);
            case 3:
                var truths = Truth(depth - 1, of);
                return Alone($"count({truths.Text})", truths.Units.Aggregate(BigInteger.Zero, BigInteger.Add), 0);
            case 4:
                var (left, right) = (Number(depth - 1, of), Number(depth - 1, of));
                return Alone($"inner({left.Text}, {right.Text})", left.Units.Zip(right.Units, (a, b) => a * b).Aggregate(BigInteger.Zero, BigInteger.Add), left.Scale + right.Scale);
            case 5:
                var list = Number(depth - 1, of);
                return random.Next(2) == 0 ? Alone($"min({list.Text})", list.Units.Min(), list.Scale) : Alone($"max({list.Text})", list.Units.Max(), list.Scale);
            case 6:
                var (key, value) = (Number(depth - 1, of), Number(depth - 1, of));
                var isMax = random.Next(2) == 0;
                var best = isMax ? key.Units.Max() : key.Units.Min();
                return Alone($"at_{(isMax ? "max" : "min")}({key.Text}, {value.Text})", value.Units[Array.IndexOf(key.Units, best)], value.Scale);
            case 7:
                var (ranked, k) = (Number(depth - 1, of), random.Next(1, 4));
                var place = random.Next(1, k + 1);
                return Alone($"top({ranked.Text}, {k})[{place}]", ranked.Units.OrderDescending().ElementAt(place - 1), ranked.Scale);
            default:
                var (row, at) = (Number(depth - 1, of), random.Next(1, 3));
                return Alone($"{row.Text}[{at}]", row.Units[at - 1], row.Scale);
        }
    }

    private Value Arithmetic(int depth, int of)
    {
        var (a, b) = (Number(depth - 1, of), Number(depth - 1, Mixed(of)));
        var scale = Math.Max(a.Scale, b.Scale);
        return random.Next(3) switch
        {
            0 => Zip($"({a.Text} + {b.Text})", of, scale, [a, b], (_, s) => s(0) + s(1)),
            1 => Zip($"({a.Text} - {b.Text})", of, scale, [a, b], (_, s) => s(0) - s(1)),
            _ => Zip($"({a.Text} * {b.Text})", of, a.Scale + b.Scale, [a, b], (v, _) => v[0] * v[1]),
        };
    }

    private Value Truth(int depth, int of)
    {
        if (depth == 0 || random.Next(3) > 0)
        {
            var (a, b) = (Number(Math.Max(0, depth - 1), of), Number(Math.Max(0, depth - 1), Mixed(of)));
            if (random.Next(5) == 0)
                return Zip($"among({a.Text}, {b.Text}, 3)", of, 0, [a, b, new Value("3", [3], 0, -2)], (_, s) => s(0) == s(1) || s(0) == s(2) ? 1 : 0);
            var comparison = Comparisons[random.Next(Comparisons.Length)];
            return Zip($"({a.Text} {comparison} {b.Text})", of, 0, [a, b], (_, s) => comparison switch
            {
                "<" => s(0) < s(1), "<=" => s(0) <= s(1), ">" => s(0) > s(1), ">=" => s(0) >= s(1), "==" => s(0) == s(1), _ => s(0) != s(1),
            } ? 1 : 0);
        }

        var left = Truth(depth - 1, of);
        if (random.Next(3) == 0) return left with { Text = $"(not {left.Text})", Units = [.. left.Units.Select(u => 1 - u)] };
        var (right, isAnd) = (Truth(depth - 1, Mixed(of)), random.Next(2) == 0);
        return Zip($"({left.Text} {(isAnd ? "and" : "or")} {right.Text})", of, 0, [left, right], (v, _) => isAnd ? v[0] & v[1] : v[0] | v[1]);
    }

    /// <summary>Element by element; the function gets the units and, by number, the units raised to the common scale of all that are numbers.</summary>
    private Value Zip(string text, int of, int scale, Value[] values, Func<BigInteger[], Func<int, BigInteger>, BigInteger> function)
    {
        var common = values.Max(v => v.Scale);
        var length = values.Max(v => v.Rows == -2 ? 1 : v.Units.Length);
        return new(text, [.. Enumerable.Range(0, length).Select(i =>
        {
            BigInteger[] units = [.. values.Select(v => v.Units[v.Rows == -2 ? 0 : i])];
            return function(units, v => units[v] * BigInteger.Pow(10, common - values[v].Scale));
        })], scale, of);
    }

    private static Value Alone(string text, BigInteger units, int scale) => new(text, [units], scale, -2);

    private int Mixed(int of) => of != -2 && random.Next(4) == 0 ? -2 : of; // a single value goes with a list

    private int SomeRows() => random.Next(4) == 0 ? columns.Values.First(c => c.Of >= 0).Of : -1;

    private Value Column(int of)
    {
        if (of == -1 && random.Next(4) == 0)
        {
            var all = Enumerable.Range(0, rows.Length).SelectMany(p => Enumerable.Range(1, rows[p]).Select(r => (Row: r, Party: p + 1))).ToList();
            return random.Next(3) switch
            {
                0 => new("row", [.. all.Select(a => (BigInteger)a.Row)], 0, -1),
                1 => new("party", [.. all.Select(a => (BigInteger)a.Party)], 0, -1),
                _ => new("serial", [.. all.Index().Select(a => (BigInteger)(a.Index + 1))], 0, -1),
            };
        }

        var fitting = columns.Where(c => c.Value.Of == of).ToList();
        var (name, (units, scale, _)) = fitting[random.Next(fitting.Count)];
        return new(name, [.. units.Select(u => (BigInteger)u)], scale, of);
    }

    private Value Constant()
    {
        var (units, scale) = (random.Next(-60, 60), random.Next(2));
        return new($"({(units / Math.Pow(10, scale)).ToString(scale == 0 ? "0" : "0.0", CultureInfo.InvariantCulture)})", [units], scale, -2);
    }

    private static string Signed(BigInteger value) => $"({value.ToString(CultureInfo.InvariantCulture)})";
}
