using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>Shares of totals over the matching rows: steps 5 and 7 of specs/analysis-joined.md.</summary>
/// <param name="rows">The aligned rows.</param>
/// <param name="members">Which bins count; not owned.</param>
/// <param name="ofSender">Shares of the sender's columns; owned.</param>
/// <param name="columns">The receiver's columns at the receiver; not looked at at the sender.</param>
/// <param name="plan">What is opened.</param>
internal sealed class JoinedTerms(
    SharedRows rows, SharedBits members, IReadOnlyList<SharedWords> ofSender, IReadOnlyList<ReadOnlyMemory<Int128>> columns, JoinedPlan plan) : IDisposable
{
    private readonly SharedWords?[] _selected = new SharedWords?[plan.OfSender.Count];

    /// <summary>Shares of one total, modulo 2^w with the plan's w for it. Both parties ask for the same totals in the same order.</summary>
    public async Task<SharedWords> TotalAsync(JoinedTerm term, CancellationToken cancellation)
    {
        var wordBits = plan.WordBits(term);
        switch (term)
        {
            case { OfSender: null, OfReceiver: null }:
                using (var bits = await ObliviousSelection.ToWordsAsync(rows.Engine, members, wordBits, cancellation).ConfigureAwait(false)) return bits.Total();
            case { OfSender: null, OfReceiver: { } own }:
                var values = InBins(own, 0);
                using (var products = await ObliviousSelection.MultiplyAsync(rows.Engine, members, BooleanParty.Second, values, wordBits, cancellation).ConfigureAwait(false))
                {
                    Clear(values);
                    return products.Total();
                }

            case { OfSender: { } other, OfReceiver: null }:
                using (var total = (await SelectedAsync(other, cancellation).ConfigureAwait(false)).Total()) return Reduced(total, wordBits);
            default:
                return await CrossAsync(await SelectedAsync(term.OfSender.Value, cancellation).ConfigureAwait(false), term.OfReceiver.Value, wordBits, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Zeroes all shares.</summary>
    public void Dispose()
    {
        foreach (var words in _selected.Concat(ofSender)) words?.Dispose();
    }

    /// <summary>Shares of bit · value in each bin, as wide as a total of the column needs; two selections, made once for a column.</summary>
    private async Task<SharedWords> SelectedAsync(int column, CancellationToken cancellation)
    {
        if (_selected[column] is { } known) return known;
        using var values = Reduced(ofSender[column], plan.WordBitsOfSender(column));
        return _selected[column] = await ObliviousSelection.MultiplyAsync(rows.Engine, members, values, cancellation).ConfigureAwait(false);
    }

    /// <summary>Shares modulo 2^w of words that are shared modulo a multiple of it; a copy.</summary>
    private static SharedWords Reduced(SharedWords words, int wordBits)
    {
        var mask = UInt128.MaxValue >> (128 - wordBits);
        var shares = new UInt128[words.Length];
        for (var i = 0; i < shares.Length; i++) shares[i] = words.Share[i] & mask;
        return new(shares, wordBits);
    }

    /// <summary>
    /// Σ s·y with s = s₀ + s₁ shared and y the receiver's: y·s₁ is the receiver's own; of y − least = Σ 2^i·y_i, each y_i·s₀ is one selection between what the
    /// sender knows and a bit that the receiver knows; least·Σ s₀ is the sender's own.
    /// </summary>
    private async Task<SharedWords> CrossAsync(SharedWords selected, int column, int wordBits, CancellationToken cancellation)
    {
        var range = plan.OfReceiver[column];
        var isSender = rows.IsSender;
        var offsets = InBins(column, range.Least);
        var sum = UInt128.Zero;
        unchecked
        {
            for (var b = 0; b < selected.Length; b++) sum += selected.Share[b] * ((isSender ? 0 : offsets[b]) + (UInt128)range.Least);
        }

        UInt128[] known = isSender ? selected.Share.ToArray() : [];
        for (var i = 0; i < range.Bits; i++)
        {
            using var bits = SharedBits.OfKnown(selected.Length, isSender ? null : Plane(offsets, i));
            using var products = await ObliviousSelection.MultiplyAsync(rows.Engine, bits, BooleanParty.First, known, wordBits, cancellation).ConfigureAwait(false);
            using var total = products.Total();
            sum = unchecked(sum + (total.Share[0] << i));
        }

        Clear(known);
        Clear(offsets);
        using var all = new SharedWords([sum], 128);
        return Reduced(all, wordBits);
    }

    /// <summary>At the receiver, value − least of the row in each bin, 0 in empty ones and for rows outside its subset; nothing at the sender.</summary>
    private UInt128[] InBins(int column, Int128 least)
    {
        if (rows.Items is not { } items) return [];
        var values = new UInt128[rows.BinCount];
        for (var b = 0; b < values.Length; b++)
        {
            if (items[b] >= 0 && rows.IsIn(items[b], plan.SubsetOfReceiver)) values[b] = unchecked((UInt128)columns[column].Span[items[b]] - (UInt128)least);
        }

        return values;
    }

    private static BitVector Plane(UInt128[] words, int bit)
    {
        var plane = new BitVector(words.Length);
        for (var b = 0; b < words.Length; b++) plane[b] = ((words[b] >> bit) & 1) != 0;
        return plane;
    }

    private static void Clear(UInt128[] words) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words.AsSpan()));
}
