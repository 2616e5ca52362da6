using Collab.SecretSharing.Garbling;

namespace Collab.Statistics;

/// <summary>
/// The circuit that decides, for one cell, whether it may be told: pass = Σ counts ≥ minimum group size and the rule of dominance, if there is one; and that shows
/// pass ? minimum : 0 and pass ? maximum : 0 where these are asked.
/// </summary>
/// <remarks>
/// A word is count (40 bits, unsigned), then the part for dominance, then minimum and maximum (64 bits each, two's complement) as far as asked. The sum of the
/// counts is as wide as it needs to be and cannot overflow, whatever an owner feeds in. An owner without a value in the cell feeds
/// the neutral elements long.MaxValue and long.MinValue; when all do so, the count is 0 and the cell does not pass.
/// Source: specs/statistics.md, step 3.
/// </remarks>
internal static class DisclosureGate
{
    public const int CountBits = 40;
    public const int ValueBits = 64;

    /// <summary>The garblers in the common order: all owners but the receiver.</summary>
    public static IReadOnlyList<Primitives.PartyId> Garblers(GatePlan plan) => [.. plan.Owners.Where(o => o != plan.Receiver)];

    /// <summary>The gate of every cell of a plan.</summary>
    public static JointCircuit For(GatePlan plan)
    {
        var builder = new CircuitBuilder();
        var garblers = Garblers(plan);
        var receiverOwns = garblers.Count < plan.Owners.Count;
        var width = WordWidth(plan);
        var words = garblers.Select(_ => builder.Input(width)).ToList();
        if (receiverOwns)
        {
            var (masked, mask) = (builder.Input(width), builder.Input(width));
            words.Add(builder.Xor(masked, mask));
        }

        var total = builder.Sum([.. words.Select(w => w[..CountBits])]);
        var pass = builder.AtLeast(total, (ulong)plan.Minimum);
        var next = CountBits;
        if (plan.Dominance is { } rule)
        {
            next += rule.WordBits;
            pass = builder.And(pass, rule.Safe(builder, [.. words.Select(word => word[CountBits..next])]));
        }

        var outputs = new List<Wire> { pass };
        if (plan.AsksMinimum) outputs.AddRange(builder.Mask(pass, Extreme((a, b) => builder.LessThanSigned(a, b))));
        if (plan.AsksMaximum) outputs.AddRange(builder.Mask(pass, Extreme((a, b) => builder.LessThanSigned(b, a))));
        return new JointCircuit(
            builder.Build(outputs), [.. garblers.Select(_ => width)], receiverOwns ? width : 0, returnedOutputs: 1, plan.TotalsOfCells.Count - plan.Rests);

        Wire[] Extreme(Func<Wire[], Wire[], Wire> comesFirst)
        {
            var values = words.Select(w => w[next..(next + ValueBits)]).ToList();
            next += ValueBits;
            return values.Aggregate((best, value) => builder.Select(comesFirst(value, best), value, best));
        }
    }

    /// <summary>An owner's input for one cell.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="count">Its rows in the cell.</param>
    /// <param name="minimum">Its smallest value, if it is asked for.</param>
    /// <param name="maximum">Its largest value.</param>
    /// <param name="contributions">What its rows contribute, where the plan has a rule of dominance.</param>
    public static bool[] Word(GatePlan plan, long count, long minimum = 0, long maximum = 0, CellContributions? contributions = null)
    {
        var bits = new List<bool>(WordWidth(plan));
        Append(count, CountBits);
        if (plan.Dominance is { } rule) bits.AddRange(rule.Word(contributions!));
        if (plan.AsksMinimum) Append(minimum, ValueBits); // the neutral element when there is no value
        if (plan.AsksMaximum) Append(maximum, ValueBits);
        return [.. bits];

        void Append(long value, int width)
        {
            for (var i = 0; i < width; i++) bits.Add((value >> i & 1) != 0);
        }
    }

    /// <summary>What the gate tells of one cell.</summary>
    public static (bool Pass, long Minimum, long Maximum) Read(GatePlan plan, bool[,] outputs, int cell)
    {
        var next = 1;
        var minimum = plan.AsksMinimum ? Number() : 0;
        var maximum = plan.AsksMaximum ? Number() : 0;
        return (outputs[cell, 0], minimum, maximum);

        long Number()
        {
            var value = 0L;
            for (var i = 0; i < ValueBits; i++) value |= (outputs[cell, next++] ? 1L : 0) << i;
            return value;
        }
    }

    private static int WordWidth(GatePlan plan) =>
        CountBits + (plan.Dominance?.WordBits ?? 0) + (plan.AsksMinimum ? ValueBits : 0) + (plan.AsksMaximum ? ValueBits : 0);
}
