using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.Testing;

namespace Collab.Psi.Tests.Family;

/// <summary>The streamed intersection from spill folders, in one to eight buckets by the seed; both forms and both outputs in turn.</summary>
internal static class StreamedVariant
{
    private const int BatchItems = 4096;

    public static async Task<FamilyOutcome> RunAsync(FamilySets sets)
    {
        var root = Directory.CreateTempSubdirectory("collab-psi-").FullName;
        try
        {
            var itemContext = Digest.Of("collab.test.family.items", BitConverter.GetBytes(sets.Seed));
            var largest = Math.Max(sets.Sender.Count, sets.Receiver.Count);
            var options = new StreamedPsiOptions(TwoPartyVariants.ContextOf(sets))
            {
                Security = sets.Seed % 2 == 0 ? SecurityModel.SemiHonest : SecurityModel.Malicious,
                BothLearn = sets.Seed % 3 != 0,
                BucketItems = Math.Clamp(largest / (1 + (sets.Seed % 8)), 16, 1 << 21),
            };
            using var sender = Spill(Path.Combine(root, "sender"), itemContext, sets.Sender);
            using var receiver = Spill(Path.Combine(root, "receiver"), itemContext, sets.Receiver);
            List<long> senderRows = [], receiverRows = [];
            var run = await TwoParty.RunAsync(
                channel => StreamedVolePsi.SendAsync(channel, sender, RandomSource.System, options, Into(senderRows)),
                channel => StreamedVolePsi.ReceiveAsync(channel, receiver, RandomSource.System, options, Into(receiverRows)));
            TwoPartyVariants.AssertRows(sets.ReceiverRows, Ascending(receiverRows));
            TwoPartyVariants.AssertRows(options.BothLearn ? sets.SenderRows : [], Ascending(senderRows));
            return new(receiverRows.Count, TwoPartyVariants.BytesOf(run.Usage));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static SpillFolder Spill(string path, Digest itemContext, NumberSet numbers)
    {
        var folder = SpillFolder.Create(path, itemContext);
        var items = numbers.Items;
        for (var start = 0; start < items.Count; start += BatchItems)
        {
            var rows = Enumerable.Range(start, Math.Min(BatchItems, items.Count - start)).ToArray();
            var digests = new Gf128[rows.Length];
            ItemDigests.Hash(itemContext, Array.ConvertAll(rows, row => items[row]), digests);
            folder.Add(new ItemBatch(digests, Array.ConvertAll(rows, row => (long)row)));
        }

        folder.Complete();
        return folder;
    }

    private static Func<ReadOnlyMemory<long>, CancellationToken, ValueTask> Into(List<long> rows) => (found, _) =>
    {
        rows.AddRange(found.Span);
        return default;
    };

    private static int[] Ascending(List<long> rows)
    {
        var ascending = rows.Select(row => (int)row).ToArray();
        Array.Sort(ascending);
        return ascending;
    }
}
