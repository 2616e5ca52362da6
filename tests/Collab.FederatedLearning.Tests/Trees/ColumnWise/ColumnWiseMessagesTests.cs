using System.Buffers;
using Collab.Channels;
using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.HomomorphicEncryption;
using Collab.Primitives;
using Collab.Psi.Tests;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Trees.ColumnWise;

/// <summary>What passes between the parties: ciphertexts, and in clear exactly what the spec's section on leakage says.</summary>
public sealed class ColumnWiseMessagesTests
{
    private static readonly TreeSettings Settings = new() { Trees = 2, Depth = 3 };

    [Fact]
    public async Task All_that_passes_in_clear_follows_from_the_splits_and_the_nodes_of_rows()
    {
        var (columns, labels) = (CreditRows.Mortgages.Binned(16), CreditRows.Mortgages.Labels);
        BinnedColumn[] own = columns[..5], others = columns[5..];
        Dictionary<string, List<string>> fromLabels = [], fromFeatures = [];
        var run = await TwoParty.RunAsync(
            c => ColumnWiseTrees.TrainAsync([new RecordingChannel(c, "", fromLabels)], Settings, own, labels, RandomSource.Seeded(1), new()),
            c => ColumnWiseTrees.AssistAsync(new RecordingChannel(c, "", fromFeatures), Settings, others, RandomSource.Seeded(2), new()));

        var (labelOwner, featureOwner) = (new Queue<string>(fromLabels[""]), new Queue<string>(fromFeatures[""]));
        var hello = LabelHello.Decode(Convert.FromHexString(labelOwner.Dequeue()));
        using var key = PublicKey.Decode(GradientPacking.Parameters, hello.PublicKey);
        var layout = HistogramLayout.Of([.. others.Select(c => c.Bins)]);
        Assert.Equal(Bytes(new FeatureHello(Settings.Id, (uint)labels.Length, layout)), featureOwner.Dequeue());
        var packing = new GradientPacking((int)hello.Stride);

        foreach (var tree in run.Sender.Ensemble.Trees)
        {
            var rows = new NodeRows(labels.Length);
            List<int> level = [0];
            for (var depth = 0; depth < Settings.Depth && level.Count > 0; depth++)
            {
                var asked = NodesMessage.Decode(Convert.FromHexString(labelOwner.Dequeue())).Nodes;
                Assert.All(asked, node => Assert.True(rows.Has((int)node)));
                Assert.Equal(depth == 0 ? 1 : level.Count / 2, asked.Length);                                  // of two children one
                for (var block = 0; block < packing.BlocksOf(asked.Sum(node => rows.Of((int)node).Length)); block++)
                {
                    var pair = CiphertextPair.Decode(Convert.FromHexString(labelOwner.Dequeue()));
                    SeededCiphertext.Decode(GradientPacking.Parameters, pair.First).Dispose();
                    SeededCiphertext.Decode(GradientPacking.Parameters, pair.Second!).Dispose();
                }

                for (var group = 0; group < ((asked.Length * layout.Bins) + packing.Stride - 1) / packing.Stride; group++)
                {
                    var pair = CiphertextPair.Decode(Convert.FromHexString(featureOwner.Dequeue()));
                    Ciphertext.Decode(GradientPacking.Parameters, pair.First).Dispose();
                    Ciphertext.Decode(GradientPacking.Parameters, pair.Second!).Dispose();
                }

                var divided = level.Where(node => tree.Nodes[node].Split is not null).Select(node => (Node: node, tree.Nodes[node].Left, Split: tree.Nodes[node].Split!)).ToList();
                Sides SidesOf((int Node, int Left, Split Split) d) =>
                    new((uint)d.Node, (uint)d.Left, rows.Sides(d.Node, columns[d.Split.Feature], d.Split.Bin, d.Split.MissingLeft));
                var theirs = divided.Where(d => d.Split.Feature >= own.Length).ToList();
                Assert.Equal(
                    Bytes(new OwnSplitsMessage([.. theirs.Select(d => new OwnSplit((uint)d.Node, (uint)d.Left, (uint)(d.Split.Feature - own.Length), d.Split.Bin, d.Split.MissingLeft))])),
                    labelOwner.Dequeue());
                Assert.Equal(Bytes(new SidesMessage([.. theirs.Select(SidesOf)])), featureOwner.Dequeue());
                Assert.Equal(Bytes(new SidesMessage([.. divided.Except(theirs).Select(SidesOf)])), labelOwner.Dequeue());
                foreach (var d in divided) rows.Divide(d.Node, d.Left, SidesOf(d).Left);
                level = [.. divided.SelectMany(d => new[] { d.Left, d.Left + 1 })];
            }
        }

        Assert.Empty(labelOwner);
        Assert.Empty(featureOwner);
    }

    [Fact]
    public async Task Neither_labels_nor_bins_stand_in_what_passes()
    {
        var (columns, labels) = (CreditRows.Mortgages.Binned(16), CreditRows.Mortgages.Labels);
        Dictionary<string, List<string>> sent = [];
        await TwoParty.RunAsync(
            c => ColumnWiseTrees.TrainAsync([new RecordingChannel(c, "", sent)], Settings, columns[..5], labels, RandomSource.Seeded(1), new()),
            c => ColumnWiseTrees.AssistAsync(new RecordingChannel(c, "", sent), Settings, columns[5..], RandomSource.Seeded(2), new()));
        var all = string.Concat(sent[""]);
        var bytes = labels.Select(y => (byte)y).ToArray();
        var bits = Enumerable.Range(0, 20).Select(i => (byte)Enumerable.Range(0, 8).Sum(b => (int)labels[(i * 8) + b] << b)).ToArray();
        Assert.DoesNotContain(Convert.ToHexStringLower(bytes.AsSpan(0, 32)), all, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower(bits), all, StringComparison.Ordinal);
        Assert.All(columns, column => Assert.DoesNotContain(Convert.ToHexStringLower(column.Rows[..32]), all, StringComparison.Ordinal));
    }

    [Fact]
    public void An_answer_has_sums_where_they_belong_and_chance_everywhere_else()
    {
        const int Rows = 300;
        long[] numbers = [.. Enumerable.Range(0, Rows).Select(i => (long)((i * 7919 % 100_003) - 50_000))];
        double[] values = [.. Enumerable.Range(0, Rows).Select(i => (double)(i * i % 11))];
        BinnedColumn[] columns = [TreeTrainingTests.Column("x", values), TreeTrainingTests.Column("y", [.. values.Select(v => v % 3)])];
        var layout = HistogramLayout.Of([.. columns.Select(c => c.Bins)]);
        var packing = new GradientPacking(64);                                             // 128 rows in a block: four blocks
        using var secret = SecretKey.Generate(GradientPacking.Parameters, RandomSource.Seeded(1));
        using var key = secret.PublicKey(RandomSource.Seeded(2));
        using var encrypted = new EncryptedGradients(packing, key, columns, layout, hasSecond: true, new(), RandomSource.Seeded(3));
        int[] some = [.. Enumerable.Range(0, Rows).Where(i => i % 3 != 0)];
        encrypted.Begin([some, [], some, []]);                                             // nodes without rows have empty bins
        int[] asked = [.. some, .. some];
        Assert.Equal(4, encrypted.Blocks);
        for (var block = 0; block < encrypted.Blocks; block++)
        {
            using var plaintext = packing.Encode(numbers, asked.AsSpan((block * 128)..Math.Min(asked.Length, (block + 1) * 128)));
            using SeededCiphertext first = secret.Encrypt(plaintext, RandomSource.Seeded(4 + block)), second = secret.Encrypt(plaintext, RandomSource.Seeded(40 + block));
            encrypted.Set(block, new(first.Encode(), second.Encode()));
        }

        var pair = encrypted.Sum(0, 8).ToArray();
        Assert.Equal(encrypted.Groups, pair.Length);
        var gradients = new Gradients(Rows);
        numbers.CopyTo(gradients.First, 0);
        var expected = new Histogram(layout);
        expected.Add(columns, 0, some, gradients);
        long[] all = [.. expected.First, .. new long[layout.Bins], .. expected.First, .. new long[layout.Bins]];

        for (var group = 0; group < pair.Length; group++)
        {
            var (one, other) = (Coefficients(pair[group].First), Coefficients(pair[group].Second!));
            var t = (long)GradientPacking.Parameters.PlaintextModulus;
            var count = Math.Min(64, all.Length - (group * 64));
            Assert.Equal(all.AsSpan(group * 64, count).ToArray(), one.AsSpan(0, count).ToArray().Select(c => c > t / 2 ? c - t : c));
            Assert.All(one[count..64], c => Assert.Equal(0, c));
            // Both answers are of the same numbers; what is beside the sums agrees nowhere but by chance, and is spread over all residues.
            Assert.InRange(Enumerable.Range(64, one.Length - 64).Count(i => one[i] == other[i]), 0, 1);
            Assert.InRange(one[64..].Average(c => c / (double)t), 0.47, 0.53);
        }

        long[] Coefficients(byte[] bytes)
        {
            using var ciphertext = Ciphertext.Decode(GradientPacking.Parameters, bytes);
            using var plaintext = secret.Decrypt(ciphertext);
            return [.. plaintext.ToCoefficients().Select(c => (long)c)];
        }
    }

    private static string Bytes<T>(T message)
        where T : IMessage<T>
    {
        var buffer = new ArrayBufferWriter<byte>();
        message.Encode(buffer);
        return Convert.ToHexStringLower(buffer.WrittenSpan);
    }
}
