using Collab.Arithmetic.BinaryField;

namespace Collab.Psi.Circuit;

/// <summary>The receiver's own order of its rows: those of a subset by their values, then its other rows, then the bins that hold none.</summary>
internal sealed class RowOrder
{
    /// <summary>Sorts; takes time that depends on the receiver's own values.</summary>
    public RowOrder(SharedRows rows, ReadOnlySpan<long> values, int? subset)
    {
        var bins = new (bool IsEmpty, bool IsOutside, long Value, int Bin)[rows.BinCount];
        for (var bin = 0; bin < bins.Length; bin++)
        {
            var row = rows.Items![bin];
            var counts = row >= 0 && rows.IsIn(row, subset);
            bins[bin] = (row < 0, !counts, counts ? values[row] : 0, bin);
        }

        Array.Sort(bins);
        var count = rows.ReceiverCount;
        (Bins, Values, Joined) = (Array.ConvertAll(bins, bin => bin.Bin), new ulong[count], new BitVector(count));
        for (var place = 0; place < count; place++)
        {
            Values[place] = unchecked((ulong)bins[place].Value);
            Joined[place] = place > 0 && !bins[place].IsOutside && bins[place].Value == bins[place - 1].Value;
        }

        Array.Clear(bins);
    }

    /// <summary>Which bin comes to each place.</summary>
    public int[] Bins { get; }

    /// <summary>The values of the rows, as words, in their order; 0 outside the subset.</summary>
    public ulong[] Values { get; }

    /// <summary>For each row whether it has the value of the row before.</summary>
    public BitVector Joined { get; }
}
