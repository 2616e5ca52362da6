using System.Buffers;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>What the receiver has at the end.</summary>
/// <param name="Rows">Rows of its items that match, ascending.</param>
/// <param name="Labels">Their labels, shape [Rows.Length, labelSize]; empty without labels.</param>
internal sealed record VoleMatches(int[] Rows, byte[] Labels);

/// <content>Labels (step 7) and what the receiver tells the sender (step 8).</content>
public static partial class VolePsi
{
    /// <summary>Step 7 at the sender, with labels: each encrypted under the key of its item, in the order of the masks.</summary>
    private static async Task SendLabelsAsync(
        VoleRun run, IChannel channel, SortedMasks masks, NativeBuffer<Gf128> keys, ReadOnlyMemory<byte> labels, CancellationToken cancellation)
    {
        var layout = run.Labels;
        for (var number = 0; number < layout.PartCount; number++)
        {
            var part = EncryptLabels(run, layout, number, masks, keys, labels.Span);
            await SendAndReleaseAsync(channel, part, cancellation).ConfigureAwait(false);
        }
    }

    private static Part EncryptLabels(VoleRun run, LabelLayout layout, int number, SortedMasks masks, NativeBuffer<Gf128> keys, ReadOnlySpan<byte> labels)
    {
        var start = number * layout.LabelsOfPart;
        var rows = masks.Rows.Slice(start, Math.Min(layout.LabelsOfPart, layout.Count - start));
        var part = Part.OfSize((uint)number, rows.Length * layout.LabelSize);
        using var chosen = NativeBuffer<Gf128>.Allocate(rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            chosen.Span[i] = keys.Span[rows[i]];
            labels.Slice(rows[i] * layout.LabelSize, layout.LabelSize).CopyTo(part.ToFill[(i * layout.LabelSize)..]);
        }

        KeyedPads.AddTo(run.Context, chosen.Span, part.ToFill[..(rows.Length * layout.LabelSize)], layout.LabelSize);
        return part;
    }

    /// <summary>The end of step 7 at the receiver: its rows, and the labels of the matches decrypted; other labels stay unread.</summary>
    private static async Task<VoleMatches> FinishAsync(
        VoleRun run, IChannel channel, MatchList matches, NativeBuffer<Gf128>? keys, CancellationToken cancellation)
    {
        var rows = matches.RowsAscending();
        if (run.LabelSize == 0) return new(rows, []);
        var layout = run.Labels;
        var labels = new byte[(long)matches.Count * layout.LabelSize];
        var next = 0;
        for (var number = 0; number < layout.PartCount; number++)
        {
            var start = number * layout.LabelsOfPart;
            var count = Math.Min(layout.LabelsOfPart, layout.Count - start);
            var part = await ReceivePartAsync(channel, Masks, number, cancellation).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(part.Content.Length == count * layout.LabelSize, channel.Peer, Masks, "a label for each mask");
            for (; next < matches.Count && matches.Places[next] < start + count; next++)
            {
                part.Content.Slice((matches.Places[next] - start) * layout.LabelSize, layout.LabelSize).CopyTo(labels.AsSpan(next * layout.LabelSize));
            }

            part.Release();
        }

        return new(rows, DecryptLabels(run, layout, matches, keys!, labels, rows));
    }

    /// <summary>Decrypts labels in the order of the masks, and puts them in the order of the rows.</summary>
    private static byte[] DecryptLabels(VoleRun run, LabelLayout layout, MatchList matches, NativeBuffer<Gf128> keys, byte[] labels, int[] rows)
    {
        if (rows.Length == 0) return [];
        using (var chosen = KeysOf(matches, keys)) KeyedPads.AddTo(run.Context, chosen.Span, labels, layout.LabelSize);
        var ordered = new byte[labels.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            var place = Array.BinarySearch(rows, matches.Rows[i]);
            labels.AsSpan(i * layout.LabelSize, layout.LabelSize).CopyTo(ordered.AsSpan(place * layout.LabelSize));
        }

        return ordered;
    }

    /// <summary>Step 8 at the receiver: one bit for each mask of step 7, and in the malicious form a proof for each that is set.</summary>
    private static async Task SendMatchesAsync(VoleRun run, IChannel channel, MatchList matches, NativeBuffer<Gf128>? keys, CancellationToken cancellation)
    {
        var layout = run.Matches;
        var bits = new byte[layout.BitBytes];
        foreach (var place in matches.Places) bits[place >> 3] |= (byte)(1 << (place & 7));
        for (var number = 0; number < layout.PartCount; number++)
        {
            var start = number * MatchLayout.FullPart;
            await SendBytesAsync(channel, number, bits.AsMemory(start, Math.Min(MatchLayout.FullPart, bits.Length - start)), cancellation).ConfigureAwait(false);
        }

        if (!run.IsMalicious) return;
        using var proofs = KeysOf(matches, keys!);
        KeyedPads.Prove(run.Context, proofs.Span, proofs.Span);
        for (var number = 0; number < MatchLayout.ProofParts(matches.Count); number++)
        {
            var start = number * MatchLayout.ProofsOfPart;
            var proved = MemoryMarshal.AsBytes(proofs.Span.Slice(start, Math.Min(MatchLayout.ProofsOfPart, matches.Count - start))).ToArray();
            await SendBytesAsync(channel, number, proved, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Step 8 at the sender: its rows of the masks that match.</summary>
    private static async Task<int[]> ReceiveMatchesAsync(
        VoleRun run, IChannel channel, SortedMasks masks, NativeBuffer<Gf128>? keys, CancellationToken cancellation)
    {
        var layout = run.Matches;
        var places = new List<int>();
        for (var number = 0; number < layout.PartCount; number++)
        {
            var start = number * MatchLayout.FullPart;
            var part = await ReceivePartAsync(channel, Matches, number, cancellation).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(
                part.Content.Length == Math.Min(MatchLayout.FullPart, layout.BitBytes - start), channel.Peer, Matches, "a bit for each mask");
            AddPlaces(part.Content, start * 8, places);
            part.Release();
        }

        PeerFaultException.ThrowUnless(
            places.Count == 0 || places[^1] < layout.Count, channel.Peer, Matches, "no bit after the last mask");
        if (run.IsMalicious) await CheckProofsAsync(run, channel, masks, keys!, places, cancellation).ConfigureAwait(false);
        var rows = new int[places.Count];
        for (var i = 0; i < rows.Length; i++) rows[i] = masks.Rows[places[i]];
        Array.Sort(rows);
        return rows;
    }

    /// <summary>Step 8 at the sender, malicious form: who says that a mask matches shows that it knew it whole.</summary>
    private static async Task CheckProofsAsync(
        VoleRun run, IChannel channel, SortedMasks masks, NativeBuffer<Gf128> keys, List<int> places, CancellationToken cancellation)
    {
        using var proofs = NativeBuffer<Gf128>.Allocate(places.Count);
        for (var i = 0; i < places.Count; i++) proofs.Span[i] = keys.Span[masks.Rows[places[i]]];
        KeyedPads.Prove(run.Context, proofs.Span, proofs.Span);
        for (var number = 0; number < MatchLayout.ProofParts(places.Count); number++)
        {
            var start = number * MatchLayout.ProofsOfPart;
            var expected = Math.Min(MatchLayout.ProofsOfPart, places.Count - start);
            var part = await ReceivePartAsync(channel, Matches, number, cancellation).ConfigureAwait(false);
            var proved = part.Content.SequenceEqual(MemoryMarshal.AsBytes(proofs.Span.Slice(start, expected)));
            part.Release();
            PeerFaultException.ThrowUnless(proved, channel.Peer, Matches, "a proof for each match");
        }
    }

    private static NativeBuffer<Gf128> KeysOf(MatchList matches, NativeBuffer<Gf128> keys)
    {
        var chosen = NativeBuffer<Gf128>.Allocate(matches.Count);
        for (var i = 0; i < matches.Count; i++) chosen.Span[i] = keys.Span[matches.Rows[i]];
        return chosen;
    }

    private static async Task SendBytesAsync(IChannel channel, int number, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var part = Part.OfSize((uint)number, bytes.Length);
        bytes.Span.CopyTo(part.ToFill);
        await SendAndReleaseAsync(channel, part, cancellation).ConfigureAwait(false);
    }

    private static void AddPlaces(ReadOnlySpan<byte> bits, int start, List<int> places)
    {
        for (var i = 0; i < bits.Length; i++)
        {
            for (int left = bits[i], bit = 0; left != 0; left >>= 1, bit++)
            {
                if ((left & 1) != 0) places.Add(start + (8 * i) + bit);
            }
        }
    }
}
