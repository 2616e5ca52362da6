namespace Collab.SecretSharing.Ranks;

/// <content>Products of ranks and shared words.</content>
public sealed partial class OrderedRows
{
    /// <summary>Share of Σ wᵢ · (twice the rank of row i), modulo 2^64, ranks as in <see cref="DoubledRanksAsync"/>; without a product of two words (specs/joined-ranks.md, step 13).</summary>
    /// <param name="weights">This party's share of w for each row, shape [n]; 0 together where a row does not count. Stays the caller's.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <remarks>
    /// Twice the rank of a row is 1 and, for each row k that counts, one if k's value is smaller and one if it is not greater. So the sum is Σ w and, for each row k that counts, the weights
    /// of greater values and those of values not smaller: totals of weights times a bit of k. The order's owner carries both through the runs. Two transfers a row beside the carries.
    /// </remarks>
    public async Task<ulong> SumOfDoubledRanksAsync(ReadOnlyMemory<ulong> weights, CancellationToken cancellation = default)
    {
        if (weights.Length != Length) throw new ArgumentException("A weight for each row.", nameof(weights));
        var falling = weights.ToArray();
        Array.Reverse(falling);
        ulong[] greater = Exclusive(falling), notSmaller = RunningTotals(falling);
        await CarryAsync(greater, Reversed(), cancellation).ConfigureAwait(false);                                                                // 13 ↔
        Array.Reverse(greater);
        Array.Reverse(notSmaller);
        await CarryAsync(notSmaller, _joined, cancellation).ConfigureAwait(false);                                                                // 13 ↔
        AddTo(notSmaller, greater);
        var products = await CountingTimesAsync(notSmaller, cancellation).ConfigureAwait(false);                                                  // 13 ↔
        var sum = unchecked(Total(products) + Total(falling));
        foreach (var words in new[] { falling, greater, notSmaller, products }) Clear(words);
        return sum;
    }
}
