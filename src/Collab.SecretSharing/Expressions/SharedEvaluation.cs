using System.Numerics;
using System.Runtime.InteropServices;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Expressions;

/// <summary>Computes a program on shares. What a party can do alone it does alone, and only the outcome is shared (protocols/specs/computation.md, step 3).</summary>
/// <param name="engine">This party's end.</param>
/// <param name="own">What this party knows.</param>
/// <param name="rows">How many rows each party has.</param>
/// <param name="orders">All sortings of the program, so that one key is sorted once.</param>
/// <param name="cancellation">Ends the run.</param>
internal sealed partial class SharedEvaluation(
    IVectorEngine engine, PlainEvaluation own, IReadOnlyList<int> rows, IReadOnlyList<Node> orders, CancellationToken cancellation) : IDisposable
{
    private readonly Dictionary<Node, SharedVector> _shared = [];
    private readonly List<SharedVector>[] _violations = [.. Enumerable.Range(0, engine.Parties.Count).Select(_ => new List<SharedVector>())];

    /// <summary>The value of a node; it stays this evaluation's.</summary>
    public async Task<SharedVector> OfAsync(Node node)
    {
        if (_shared.TryGetValue(node, out var known)) return known;
        var computed = await ComputeAsync(node).ConfigureAwait(false);
        return _shared.TryAdd(node, computed) ? computed : throw new InvalidOperationException("A node was computed twice.");
    }

    /// <summary>
    /// On an engine on which one party may deviate, opens to all how many of each party's values lie outside of their ranges: none, or that
    /// party is at fault. Before it no result may be opened.
    /// </summary>
    public async Task CheckRangesAsync()
    {
        if (engine.Security != SecurityModel.Malicious) return;
        using var zero = engine.Constant([0UL]);
        var totals = new SharedVector[_violations.Length];
        for (var p = 0; p < totals.Length; p++)
        {
            totals[p] = SharedVectors.Slice(zero, 0, 1);
            foreach (var violations in _violations[p])
            {
                using var total = SharedVectors.Total(violations);
                using (totals[p]) totals[p] = SharedVectors.Add(totals[p], total);
            }
        }

        using var all = SharedVectors.Concatenate(totals);
        foreach (var total in totals) total.Dispose();
        var opened = await engine.OpenAsync(all, [.. engine.Parties], cancellation).ConfigureAwait(false);
        for (var p = 0; p < opened!.Length; p++)
            PeerFaultException.ThrowUnless(opened[p] == 0, engine.Parties[p], JointProgram.RangeStep, "values within the ranges that the program declares");
    }

    public void Dispose()
    {
        foreach (var vector in _shared.Values.Concat(_violations.SelectMany(v => v))) vector.Dispose();
    }

    private async Task<SharedVector> ComputeAsync(Node node)
    {
        if (node.Knower.IsLocal) return await BringAsync(node).ConfigureAwait(false);
        Task<SharedVector> At(int argument) => OfAsync(node.Arguments[argument]);
        switch (node.Operation)
        {
            case Operation.Add or Operation.Subtract:
                using (var pair = await PairAsync(node).ConfigureAwait(false))
                    return node.Operation == Operation.Add ? SharedVectors.Add(pair.X, pair.Y) : SharedVectors.Subtract(pair.X, pair.Y);
            case Operation.Multiply when node.Arguments.FirstOrDefault(a => a.Knower.Kind == KnowerKind.Everybody) is { } factor:
                var other = await OfAsync(node.Arguments[0] == factor ? node.Arguments[1] : node.Arguments[0]).ConfigureAwait(false);
                return engine.Affine(other, unchecked((ulong)own.Of(factor)[0]), 0);
            case Operation.Multiply:
                using (var pair = await PairAsync(node).ConfigureAwait(false))
                    return (await engine.MultiplyAsync([(pair.X, pair.Y)], cancellation).ConfigureAwait(false))[0];
            case Operation.Less:
                using (var pair = await PairAsync(node).ConfigureAwait(false))
                using (var less = await VectorComparisons.LessThanAsync(engine, pair.X, pair.Y, WidthOf(node), cancellation).ConfigureAwait(false))
                    return await engine.ToWordsAsync(less, cancellation).ConfigureAwait(false);
            case Operation.Equal:
                using (var pair = await PairAsync(node).ConfigureAwait(false))
                using (var equal = await VectorComparisons.EqualAsync(engine, pair.X, pair.Y, WidthOf(node) + 1, cancellation).ConfigureAwait(false))
                    return await engine.ToWordsAsync(equal, cancellation).ConfigureAwait(false);
            case Operation.Select:
                using (SharedVector choice = Spread(await At(0).ConfigureAwait(false), node), yes = Spread(await At(1).ConfigureAwait(false), node), no = Spread(await At(2).ConfigureAwait(false), node))
                    return await VectorComparisons.SelectAsync(engine, choice, yes, no, cancellation).ConfigureAwait(false);
            case Operation.Sum:
                return await SumAsync(node.Arguments[0]).ConfigureAwait(false);
            case Operation.Best:
                return await BestAsync(node.Arguments[0], node.Arguments[1]).ConfigureAwait(false);
            case Operation.Top:
                return await TopAsync(node).ConfigureAwait(false);
            case Operation.Order:
                return await OrderAsync(node).ConfigureAwait(false);
            case Operation.RunningTotals:
                return SharedVectors.RunningTotals(await At(0).ConfigureAwait(false));
            case Operation.Element:
                var list = await At(0).ConfigureAwait(false);
                return node.Count <= list.Length ? SharedVectors.Slice(list, node.Count - 1, 1) : throw ProgramErrors.TooFewRows(node.Count);
            default:
                throw new ArgumentException("No such operation.", nameof(node));
        }
    }

    /// <summary>Shares what parties know.</summary>
    private async Task<SharedVector> BringAsync(Node node)
    {
        switch (node.Knower.Kind)
        {
            case KnowerKind.Everybody:
                return engine.Constant(Words(own.Of(node)));
            case KnowerKind.One:
                var length = node.Extent.LengthWith(rows);
                return await BringAsync(node.Knower.Party, () => own.Of(node), length, node.Low, node.High).ConfigureAwait(false);
            default:
                return await FromEachAsync(() => own.Of(node), p => rows[p], _ => (node.Low, node.High)).ConfigureAwait(false);
        }
    }

    private async Task<SharedVector> FromEachAsync(Func<long[]> values, Func<int, int> length, Func<int, (BigInteger Low, BigInteger High)> range)
    {
        var parts = new List<SharedVector>();
        try
        {
            for (var p = 0; p < engine.Parties.Count; p++) parts.Add(await BringAsync(p, values, length(p), range(p).Low, range(p).High).ConfigureAwait(false));
            return SharedVectors.Concatenate(parts);
        }
        finally
        {
            foreach (var part in parts) part.Dispose();
        }
    }

    private async Task<SharedVector> BringAsync(int party, Func<long[]> values, int length, BigInteger low, BigInteger high)
    {
        var words = engine.Index == party ? Words(values()) : [];
        try
        {
            var brought = await engine.InputAsync(engine.Parties[party], words, length, cancellation).ConfigureAwait(false);
            if (engine.Security == SecurityModel.Malicious) await NoteViolationsAsync(party, brought, low, high).ConfigureAwait(false);
            return brought;
        }
        finally
        {
            CryptographicClear(words);
        }
    }

    // x is in its range iff bit 63 of u = x − low is 0 and, u then being below 2^63, bit 63 of (high − low) − u is 0.
    private async Task NoteViolationsAsync(int party, SharedVector x, BigInteger low, BigInteger high)
    {
        using var above = engine.Affine(x, 1, unchecked(0UL - (ulong)(long)low));
        using var below = engine.Affine(above, ulong.MaxValue, (ulong)(high - low));
        using var both = SharedVectors.Concatenate(above, below);
        using var signs = await VectorComparisons.BitAsync(engine, both, 63, cancellation).ConfigureAwait(false);
        _violations[party].Add(await engine.ToWordsAsync(signs, cancellation).ConfigureAwait(false));
    }

    private static int WidthOf(Node node) => Node.BitsBetween(node.Arguments[0], node.Arguments[1]);

    private async Task<Pair> PairAsync(Node node)
    {
        var x = Spread(await OfAsync(node.Arguments[0]).ConfigureAwait(false), node);
        return new Pair(x, Spread(await OfAsync(node.Arguments[1]).ConfigureAwait(false), node));
    }

    /// <summary>A single value as often as a list has elements; always new.</summary>
    private SharedVector Spread(SharedVector value, Node to)
    {
        var length = to.Extent.LengthWith(rows);
        return value.Length == length ? SharedVectors.Slice(value, 0, length) : SharedVectors.Pick(value, new int[length]);
    }

    private static ulong[] Words(long[] values) => MemoryMarshal.Cast<long, ulong>(values).ToArray();

    private static void CryptographicClear(ulong[] words) => System.Security.Cryptography.CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words.AsSpan()));

    private readonly record struct Pair(SharedVector X, SharedVector Y) : IDisposable
    {
        public void Dispose()
        {
            X.Dispose();
            Y.Dispose();
        }
    }
}
