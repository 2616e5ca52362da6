using Collab.Channels;
using Collab.HomomorphicEncryption;
using Collab.Primitives;
using Collab.SecretSharing;

namespace Collab.FederatedLearning.Trees.ColumnWise;

/// <summary>The owners of features as the label owner sees them, and its own columns beside them.</summary>
internal sealed class FeatureOwners(
    IReadOnlyList<IChannel> owners, HistogramLayout[] layouts, HistogramLayout layout, IReadOnlyList<BinnedColumn> columns, GradientPacking packing, SecretKey secret,
    bool hasSecond, ParallelOptions threads, RandomSource random)
{
    // The number of each owner's first feature; the label owner's own come before.
    private readonly int[] _firstFeature = [.. Enumerable.Range(0, owners.Count).Select(i => columns.Count + layouts.Take(i).Sum(l => l.Features.Count))];

    /// <summary>One tree's rows.</summary>
    public ITreeRows RowsOf(NodeRows rows, Gradients gradients) => new TreeRows(this, rows, gradients);

    private int OwnerOf(int feature) => Array.FindLastIndex(_firstFeature, first => first <= feature);

    private sealed class TreeRows(FeatureOwners all, NodeRows rows, Gradients gradients) : ITreeRows
    {
        private readonly IReadOnlyList<IChannel> _owners = all.Owners;

        public async Task<Histogram[]> SumAsync(IReadOnlyList<int> nodes, CancellationToken cancellation)
        {
            var sums = nodes.Select(_ => new Histogram(all.Layout)).ToArray();
            var request = new NodesMessage([.. nodes.Select(node => (uint)node)]);
            foreach (var owner in _owners) await owner.SendAsync(request, cancellation).ConfigureAwait(false);         // 3 →  nodes
            await SendGradientsAsync(nodes, cancellation).ConfigureAwait(false);                                        // 3 →  Enc(g), Enc(h)
            await Round.AllAsync(
                [.. _owners.Select((_, i) => (Func<CancellationToken, Task>)(token => ReceiveSumsAsync(i, nodes, sums, token)))], cancellation).ConfigureAwait(false); // 4 ←  Enc(Σ g), Enc(Σ h)
            for (var i = 0; i < nodes.Count; i++) sums[i].Add(all.Columns, 0, rows.Of(nodes[i]), gradients);
            return sums;
        }

        public async Task DivideAsync(IReadOnlyList<DividedNode> nodes, CancellationToken cancellation)
        {
            var owned = nodes.ToLookup(node => all.OwnerOf(node.Found.Split.Feature));                                  // −1: the label owner
            var sides = new Dictionary<int, Sides>();
            foreach (var (node, found, left) in owned[-1])
            {
                var split = found.Split;
                sides.Add(node, new((uint)node, (uint)left, rows.Sides(node, all.Columns[split.Feature], split.Bin, split.MissingLeft)));
            }

            for (var i = 0; i < _owners.Count; i++)                                                                     // 5 →  its own splits
            {
                OwnSplit[] splits = [.. owned[i].Select(d => new OwnSplit(
                    (uint)d.Node, (uint)d.LeftChild, (uint)(d.Found.Split.Feature - all._firstFeature[i]), d.Found.Split.Bin, d.Found.Split.MissingLeft))];
                await _owners[i].SendAsync(new OwnSplitsMessage(splits), cancellation).ConfigureAwait(false);
            }

            for (var i = 0; i < _owners.Count; i++)                                                                     // 6 ←  how their rows divide
            {
                var told = await _owners[i].ReceiveAsync<SidesMessage>(ColumnWiseTrees.Divided, cancellation).ConfigureAwait(false);
                var asked = owned[i].ToArray();
                var peer = _owners[i].Peer;
                PeerFaultException.ThrowUnless(told.Nodes.Length == asked.Length, peer, ColumnWiseTrees.Divided, "each node it was to divide");
                for (var k = 0; k < asked.Length; k++)
                {
                    var (node, found, left) = asked[k];
                    PeerFaultException.ThrowUnless(
                        told.Nodes[k].Node == node && told.Nodes[k].LeftChild == left && told.Nodes[k].Left.Length == rows.Of(node).Length
                            && SumsOf(node, told.Nodes[k].Left) == found.Left, peer, ColumnWiseTrees.Divided, "a side for each row, with the sums of the split");
                    sides.Add(node, told.Nodes[k]);
                }
            }

            for (var i = 0; i < _owners.Count; i++)                                                                     // 6 →  how all other rows divide
            {
                var news = nodes.Where(d => all.OwnerOf(d.Found.Split.Feature) != i).Select(d => sides[d.Node]);
                await _owners[i].SendAsync(new SidesMessage([.. news]), cancellation).ConfigureAwait(false);
            }

            foreach (var (node, _, left) in nodes) rows.Divide(node, left, sides[node].Left);
        }

        // The rows of the nodes, node after node, in blocks: fresh ciphertexts, the same for each owner.
        private async Task SendGradientsAsync(IReadOnlyList<int> nodes, CancellationToken cancellation)
        {
            var packing = all.Packing;
            int[] asked = [.. nodes.SelectMany(node => rows.Of(node).ToArray())];
            var pairs = new CiphertextPair[packing.BlocksOf(asked.Length)];
            Parallel.For(0, pairs.Length, all.Threads, block =>
            {
                var of = asked.AsSpan((block * packing.RowsInBlock)..Math.Min(asked.Length, (block + 1) * packing.RowsInBlock));
                pairs[block] = new(Encrypt(gradients.First, of), all.HasSecond ? Encrypt(gradients.Second, of) : null);
            });
            await Round.AllAsync(
                [
                    .. _owners.Select(owner => (Func<CancellationToken, Task>)(async token =>
                    {
                        foreach (var pair in pairs) await owner.SendAsync(pair, token).ConfigureAwait(false);
                    })),
                ],
                cancellation).ConfigureAwait(false);
        }

        private byte[] Encrypt(long[] values, ReadOnlySpan<int> of)
        {
            using var plaintext = all.Packing.Encode(values, of);
            using var ciphertext = all.Secret.Encrypt(plaintext, all.Random);
            return ciphertext.Encode();
        }

        private async Task ReceiveSumsAsync(int owner, IReadOnlyList<int> nodes, Histogram[] sums, CancellationToken cancellation)
        {
            var (channel, bins, packing) = (_owners[owner], all.Layouts[owner].Bins, all.Packing);
            var answers = new CiphertextPair[((nodes.Count * bins) + packing.Stride - 1) / packing.Stride];
            for (var group = 0; group < answers.Length; group++)
                answers[group] = await channel.ReceiveAsync<CiphertextPair>(ColumnWiseTrees.SumsStep, cancellation).ConfigureAwait(false);

            long[] first = new long[nodes.Count * bins], second = new long[nodes.Count * bins];
            try
            {
                Parallel.For(0, answers.Length, all.Threads, group =>
                {
                    var (start, end) = (group * packing.Stride, Math.Min(first.Length, (group + 1) * packing.Stride));
                    Decrypt(answers[group].First, first.AsSpan(start..end));
                    if (answers[group].Second is null == all.HasSecond) throw new MalformedException("a ciphertext for each derivative");
                    if (answers[group].Second is { } sums) Decrypt(sums, second.AsSpan(start..end));
                });
            }
            catch (AggregateException wrong) when (wrong.InnerExceptions.All(e => e is MalformedException))
            {
                throw new PeerFaultException(channel.Peer, ColumnWiseTrees.SumsStep, "ciphertexts of the agreed parameters, of two parts under one prime");
            }

            if (!all.HasSecond)
            {
                // Second derivatives are all alike, so their sums are counts, and nothing that the sums would not tell.
                var told = await channel.ReceiveAsync<BinCountsMessage>(ColumnWiseTrees.SumsStep, cancellation).ConfigureAwait(false);          // 4 ←  counts
                PeerFaultException.ThrowUnless(
                    told.Counts.Length == second.Length && told.Counts.All(count => count <= gradients.Second.Length), channel.Peer, ColumnWiseTrees.SumsStep, "a count of rows for each bin");
                for (var i = 0; i < second.Length; i++) second[i] = told.Counts[i] * gradients.Second[0];
            }

            var at = all.Layout.StartOf(all._firstFeature[owner]);
            for (var i = 0; i < nodes.Count; i++)
            {
                first.AsSpan(i * bins, bins).CopyTo(sums[i].First.AsSpan(at));
                second.AsSpan(i * bins, bins).CopyTo(sums[i].Second.AsSpan(at));
                var total = gradients.Over(rows.Of(nodes[i]));
                for (var f = 0; f < all.Layouts[owner].Features.Count; f++)
                {
                    PeerFaultException.ThrowUnless(
                        sums[i].TotalOf(all._firstFeature[owner] + f) == total, channel.Peer, ColumnWiseTrees.SumsStep, "sums of a feature's bins that add up to the node's");
                }
            }
        }

        private void Decrypt(byte[] bytes, Span<long> sums)
        {
            using var ciphertext = Ciphertext.Decode(GradientPacking.Parameters, bytes);
            if (ciphertext.Level != 1 || ciphertext.Parts != 2) throw new MalformedException("an answer of two parts under one prime");
            using var plaintext = all.Secret.Decrypt(ciphertext);
            all.Packing.Decode(plaintext, sums);
        }

        // Of the rows that are said to go to the left.
        private GradientSums SumsOf(int node, bool[] left)
        {
            var of = rows.Of(node);
            var sums = default(GradientSums);
            for (var i = 0; i < of.Length; i++) sums += left[i] ? new(gradients.First[of[i]], gradients.Second[of[i]]) : default;
            return sums;
        }
    }

    private IReadOnlyList<IChannel> Owners => owners;

    private HistogramLayout[] Layouts => layouts;

    private HistogramLayout Layout => layout;

    private IReadOnlyList<BinnedColumn> Columns => columns;

    private GradientPacking Packing => packing;

    private SecretKey Secret => secret;

    private bool HasSecond => hasSecond;

    private ParallelOptions Threads => threads;

    private RandomSource Random => random;
}
