using Collab.Channels;
using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.HomomorphicEncryption;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Features.Joint;

/// <summary>Goods and bads of the bins of one owner's columns, where the labels are at another: of groups with enough of each, and to the owner of bins alone.</summary>
/// <remarks>
/// Semi-honest. Labels go encrypted, their sums come back masked, so that both hold shares; on these the two find which bins have too few, and only columns of which none has are opened. The label owner learns how many bins
/// the columns have, and how many rounds it took. Steps and messages: specs/features-joint.md. The caller aligns the rows and closes the channel, which compares the transcripts; counts are not to be used before.
/// </remarks>
public static class JointCounts
{
    private static readonly StepId Hello = new("features-joint.1");
    private static readonly StepId Labelled = new("features-joint.2");
    private static readonly StepId Summed = new("features-joint.3");
    private static readonly StepId Asked = new("features-joint.6");

    /// <summary>The part of the owner of bins.</summary>
    /// <param name="channel">To the label owner.</param>
    /// <param name="engine">This party's end of computing with the label owner.</param>
    /// <param name="settings">What may be told; the same at both.</param>
    /// <param name="columns">This party's columns, one at least, of one length up to 2^26.</param>
    /// <param name="random">Masks and floods.</param>
    /// <param name="options">Threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>For each column the counts of its bins, merged where they had too few; null where no two groups had enough.</returns>
    /// <exception cref="ArgumentException">Settings, engine or columns do not fit.</exception>
    /// <exception cref="PeerFaultException">The label owner broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the label owner failed.</exception>
    public static async Task<IReadOnlyList<BinCounts?>> CountAsync(
        IChannel channel, IVectorEngine engine, JointCountSettings settings, IReadOnlyList<BinnedColumn> columns, RandomSource random, ColumnWiseOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        Check(channel, engine, settings, random, options);
        if (columns.Count == 0 || columns.Any(c => c.Rows.Length != columns[0].Rows.Length)) throw new ArgumentException("There are columns of one length.", nameof(columns));
        var (rows, peer, self, layout) = (columns[0].Rows.Length, channel.Peer, engine.Parties[engine.Index], HistogramLayout.Of([.. columns.Select(c => c.Bins)]));
        CheckRows(rows);

        await channel.SendAsync(new BinsHello(settings.Id, (uint)rows, layout), cancellation).ConfigureAwait(false);                    // 1 →  rows, numbers of bins
        var hello = await channel.ReceiveAsync<LabelsHello>(Labelled, cancellation).ConfigureAwait(false);                              // 2 ←  public key
        PeerFaultException.ThrowUnless(hello.Settings == settings.Id, peer, Labelled, "the settings that were agreed");
        PeerFaultException.ThrowUnless(hello.Rows == rows && GradientPacking.IsStride(hello.Stride), peer, Labelled, "as many rows as the columns have, and a stride");
        var packing = new GradientPacking((int)hello.Stride);
        using var key = Read(peer, Labelled, () => PublicKey.Decode(GradientPacking.Parameters, hello.PublicKey));
        using var labels = new EncryptedLabels(packing, key, options.Threads(cancellation), random);
        for (var block = 0; block < packing.BlocksOf(rows); block++)                                                                    // 2 ←  Enc(labels)
        {
            var received = await channel.ReceiveAsync<CiphertextMessage>(Labelled, cancellation).ConfigureAwait(false);
            Read(peer, Labelled, () => labels.Add(received.Bytes));
        }

        var groups = columns.Select(column => new BinGroups(column)).ToArray();
        var counts = new BinCounts?[columns.Count];
        for (var round = 0; ; round++)
        {
            BinnedColumn[] asked = [.. columns.Select((column, i) => column.Regrouped(groups[i].GroupOf))];
            var (share, sizes) = (new ulong[layout.Bins], groups.SelectMany(group => group.Sizes).ToArray());
            foreach (var answer in labels.Sum(asked, layout, share))                                                                    // 3 →  Enc(Σ labels + mask)
                await channel.SendAsync(new CiphertextMessage(answer), cancellation).ConfigureAwait(false);
            var opened = await CountGate.OpenAsync(engine, self, layout, share, sizes, settings.LeastOfEach, cancellation).ConfigureAwait(false);   // 4, 5
            var (tooFew, bads) = opened!.Value;

            var again = false;
            for (var i = 0; i < columns.Count; i++)
            {
                var (start, end) = (layout.StartOf(i), layout.StartOf(i + 1));
                if (counts[i] is not null) continue;
                if (!tooFew.AsSpan(start..end).Contains(true))
                {
                    PeerFaultException.ThrowUnless(Fit(bads.AsSpan(start..end), sizes.AsSpan(start..end)), peer, Summed, "no more bads than rows");
                    counts[i] = new([.. Enumerable.Range(start, end - start).Select(bin => (long)sizes[bin] - bads[bin])], bads[start..end], groups[i].GroupOf);
                }
                else
                {
                    again |= groups[i].Merge(tooFew.AsSpan(start..end));
                }
            }

            again &= round + 1 < settings.Rounds;
            await channel.SendAsync(new AgainMessage(again), cancellation).ConfigureAwait(false);                                       // 6 →  again, or the end
            if (!again) return counts;
        }
    }

    /// <summary>The label owner's part: it learns nothing but how many bins and rounds there are.</summary>
    /// <param name="channel">To the owner of bins.</param>
    /// <param name="engine">This party's end of computing with the owner of bins.</param>
    /// <param name="settings">What may be told; the same at both.</param>
    /// <param name="labels">0 or 1 for each row, at most 2^26.</param>
    /// <param name="random">Key and encryption.</param>
    /// <param name="options">Threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <exception cref="ArgumentException">Settings or engine do not fit.</exception>
    /// <exception cref="CollabException">Labels are unfit or all equal: <see cref="FeatureErrors"/>.</exception>
    /// <exception cref="PeerFaultException">The owner of bins broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the owner of bins failed.</exception>
    public static async Task AssistAsync(
        IChannel channel, IVectorEngine engine, JointCountSettings settings, ReadOnlyMemory<double> labels, RandomSource random, ColumnWiseOptions options, CancellationToken cancellation = default)
    {
        Check(channel, engine, settings, random, options);
        LabelCounting.Check(labels.Span);
        CheckRows(labels.Length);
        var peer = channel.Peer;

        var hello = await channel.ReceiveAsync<BinsHello>(Hello, cancellation).ConfigureAwait(false);                                   // 1 ←  rows, numbers of bins
        PeerFaultException.ThrowUnless(hello.Settings == settings.Id, peer, Hello, "the settings that were agreed");
        PeerFaultException.ThrowUnless(hello.Rows == labels.Length, peer, Hello, "as many rows as there are labels");
        var layout = hello.Layout;
        var packing = new GradientPacking(GradientPacking.BestStride(labels.Length, [layout.Bins], 1));
        using var secret = SecretKey.Generate(GradientPacking.Parameters, random);
        using (var key = secret.PublicKey(random))
            await channel.SendAsync(new LabelsHello(settings.Id, (uint)labels.Length, (uint)packing.Stride, key.Encode()), cancellation).ConfigureAwait(false);   // 2 →  public key
        long[] values = [.. labels.ToArray().Select(label => (long)label)];
        for (var row = 0; row < values.Length; row += packing.RowsInBlock)                                                              // 2 →  Enc(labels)
        {
            using var plaintext = packing.Encode(values, [.. Enumerable.Range(row, Math.Min(packing.RowsInBlock, values.Length - row))]);
            using var ciphertext = secret.Encrypt(plaintext, random);
            await channel.SendAsync(new CiphertextMessage(ciphertext.Encode()), cancellation).ConfigureAwait(false);
        }

        Array.Clear(values);
        for (var (round, again) = (0, true); again; round++)
        {
            PeerFaultException.ThrowUnless(round < settings.Rounds, peer, Asked, "no more rounds than agreed");
            var share = new ulong[layout.Bins];
            for (var start = 0; start < share.Length; start += packing.Stride)                                                          // 3 ←  Enc(Σ labels + mask)
            {
                var answer = await channel.ReceiveAsync<CiphertextMessage>(Summed, cancellation).ConfigureAwait(false);
                var at = start;
                Read(peer, Summed, () => Decrypt(secret, answer.Bytes, share.AsSpan(at, Math.Min(packing.Stride, share.Length - at))));
            }

            await CountGate.OpenAsync(engine, peer, layout, share, default, settings.LeastOfEach, cancellation).ConfigureAwait(false);  // 4, 5
            again = (await channel.ReceiveAsync<AgainMessage>(Asked, cancellation).ConfigureAwait(false)).Again;                        // 6 ←  again, or the end
        }
    }

    private static bool Decrypt(SecretKey secret, byte[] bytes, Span<ulong> share)
    {
        using var ciphertext = Ciphertext.Decode(GradientPacking.Parameters, bytes);
        if (ciphertext.Level != 1 || ciphertext.Parts != 2) throw new MalformedException("an answer of two parts under one prime");
        using var plaintext = secret.Decrypt(ciphertext);
        plaintext.ToCoefficients().AsSpan(0, share.Length).CopyTo(share);
        return true;
    }

    private static bool Fit(ReadOnlySpan<long> bads, ReadOnlySpan<ulong> sizes)
    {
        for (var bin = 0; bin < bads.Length; bin++)
        {
            if (bads[bin] < 0 || (ulong)bads[bin] > sizes[bin]) return false;
        }

        return true;
    }

    private static void Check(IChannel channel, IVectorEngine engine, JointCountSettings settings, RandomSource random, ColumnWiseOptions options)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(options);
        settings.Check();
        if (engine.Parties.Count != 2 || engine.Parties[1 - engine.Index] != channel.Peer) throw new ArgumentException("The engine is of the two parties.", nameof(engine));
    }

    private static void CheckRows(int rows)
    {
        if (rows is 0 or > 1 << 26) throw new ArgumentException("There are 1 to 2^26 rows.");
    }

    private static T Read<T>(PartyId peer, StepId step, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (MalformedException)
        {
            throw new PeerFaultException(peer, step, "objects of the agreed parameters");
        }
    }
}
