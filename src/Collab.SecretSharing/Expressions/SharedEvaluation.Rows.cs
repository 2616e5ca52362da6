using System.Numerics;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Expressions;

/// <content>Operations over all rows; of rows that each party knows, each does its part first.</content>
internal sealed partial class SharedEvaluation
{
    private async Task<SharedVector> SumAsync(Node values)
    {
        if (values.Knower.Kind == KnowerKind.EachItsRows)
        {
            using var partial = await FromEachAsync(
                () => [own.Of(values).Sum()], _ => 1, p => (BigInteger.Min(0, values.Low * rows[p]), BigInteger.Max(0, values.High * rows[p]))).ConfigureAwait(false);
            return SharedVectors.Total(partial);
        }

        if (values.Operation == Operation.Multiply && !_shared.ContainsKey(values) && values.Arguments.All(a => a.Knower.Kind != KnowerKind.Everybody))
        {
            using var pair = await PairAsync(values).ConfigureAwait(false);
            return await engine.InnerProductsAsync([(pair.X, pair.Y)], cancellation).ConfigureAwait(false);
        }

        return SharedVectors.Total(await OfAsync(values).ConfigureAwait(false));
    }

    /// <summary>The value beside the largest key, of equal keys the first: a tournament of neighbours, in which only a larger key displaces one before it.</summary>
    private async Task<SharedVector> BestAsync(Node key, Node value)
    {
        SharedVector keys, values;
        if (key.Knower.Kind == KnowerKind.EachItsRows && Knower.Of(key.Knower, value.Knower).Kind == KnowerKind.EachItsRows)
        {
            keys = await FromEachAsync(() => [own.Of(key)[PlainEvaluation.PlaceOfLargest(own.Of(key))]], _ => 1, _ => (key.Low, key.High)).ConfigureAwait(false);
            values = await FromEachAsync(() => [own.Of(value)[PlainEvaluation.PlaceOfLargest(own.Of(key))]], _ => 1, _ => (value.Low, value.High)).ConfigureAwait(false);
        }
        else
        {
            keys = Copy(await OfAsync(key).ConfigureAwait(false));
            values = Copy(await OfAsync(value).ConfigureAwait(false));
        }

        while (keys.Length > 1)
        {
            var half = keys.Length / 2;
            int[] first = [.. Enumerable.Range(0, half).Select(i => 2 * i)], second = [.. first.Select(i => i + 1)], odd = keys.Length % 2 == 1 ? [keys.Length - 1] : [];
            using SharedVector firstKeys = SharedVectors.Pick(keys, first), secondKeys = SharedVectors.Pick(keys, second), oddKey = SharedVectors.Pick(keys, odd);
            using SharedVector firstValues = SharedVectors.Pick(values, first), secondValues = SharedVectors.Pick(values, second), oddValue = SharedVectors.Pick(values, odd);
            keys.Dispose();
            values.Dispose();
            using var less = await VectorComparisons.LessThanAsync(engine, firstKeys, secondKeys, Node.BitsBetween(key, key), cancellation).ConfigureAwait(false);
            using var choice = await engine.ToWordsAsync(less, cancellation).ConfigureAwait(false);
            using SharedVector keyGain = SharedVectors.Subtract(secondKeys, firstKeys), valueGain = SharedVectors.Subtract(secondValues, firstValues);
            var gains = await engine.MultiplyAsync([(choice, keyGain), (choice, valueGain)], cancellation).ConfigureAwait(false);
            using (gains[0])
            using (gains[1])
            using (SharedVector betterKeys = SharedVectors.Add(firstKeys, gains[0]), betterValues = SharedVectors.Add(firstValues, gains[1]))
            {
                keys = SharedVectors.Concatenate(betterKeys, oddKey);
                values = SharedVectors.Concatenate(betterValues, oddValue);
            }
        }

        keys.Dispose();
        return values;
    }

    /// <summary>The largest, largest first. Rows that each party knows: only each party's own largest can be among them.</summary>
    private async Task<SharedVector> TopAsync(Node node)
    {
        var values = node.Arguments[0];
        if (values.Extent.LengthWith(rows) < node.Count) throw ProgramErrors.TooFewRows(node.Count);
        using var candidates = values.Knower.Kind == KnowerKind.EachItsRows
            ? await FromEachAsync(() => PlainEvaluation.LargestOrLow(values, own.Of(values), node.Count), _ => node.Count, _ => (values.Low, values.High)).ConfigureAwait(false)
            : Copy(await OfAsync(values).ConfigureAwait(false));
        using var negative = engine.Affine(candidates, ulong.MaxValue, unchecked((ulong)(long)values.High));
        var sorted = await SortAsync(negative, WidthOf(values.Low, values.High), [candidates]).ConfigureAwait(false);
        using (sorted[0]) return SharedVectors.Slice(sorted[0], 0, node.Count);
    }

    /// <summary>Values in the ascending order of a key, equal keys in the order of their rows. Local values by one key are sorted at once.</summary>
    private async Task<SharedVector> OrderAsync(Node node)
    {
        var (key, value) = (node.Arguments[0], node.Arguments[1]);
        List<Node> together = [node, .. orders.Where(o => o != node && o.Arguments[0] == key && !_shared.ContainsKey(o) && !o.Knower.IsLocal && (o.Arguments[1].Knower.IsLocal || o.Arguments[1] == key))];
        var values = new List<SharedVector>();
        foreach (var one in together) values.Add(await OfAsync(one.Arguments[1]).ConfigureAwait(false));
        using var from = engine.Affine(await OfAsync(key).ConfigureAwait(false), 1, unchecked(0UL - (ulong)(long)key.Low));
        var sorted = await SortAsync(from, WidthOf(key.Low, key.High), values).ConfigureAwait(false);
        for (var i = 1; i < together.Count; i++) _shared.Add(together[i], sorted[i]);
        return sorted[0];
    }

    private async Task<SharedVector[]> SortAsync(SharedVector unsigned, int bits, IReadOnlyList<SharedVector> values)
    {
        using var keys = await VectorComparisons.ToBitsAsync(engine, unsigned, bits, cancellation).ConfigureAwait(false);
        return await VectorSorting.SortAsync(engine, keys, values, cancellation).ConfigureAwait(false);
    }

    private static int WidthOf(BigInteger low, BigInteger high) => (int)Math.Max(1, (high - low).GetBitLength());

    private static SharedVector Copy(SharedVector x) => SharedVectors.Slice(x, 0, x.Length);
}
