using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.Testing;

namespace Collab.Psi.Tests.Vole;

/// <summary>Two sets of random items with so many in common, each in an order of its own, and what a plain intersection gives.</summary>
internal sealed class SetPair
{
    public SetPair(int seed, int senderCount, int receiverCount, int common, int itemSize = 12)
    {
        var random = new Random(seed);
        var all = new HashSet<string>();
        var distinct = new List<ReadOnlyMemory<byte>>();
        while (distinct.Count < senderCount + receiverCount - common)
        {
            var item = new byte[itemSize];
            random.NextBytes(item);
            if (all.Add(Convert.ToHexString(item.AsSpan(0, Math.Min(itemSize, 32))))) distinct.Add(item);
        }

        ReadOnlyMemory<byte>[] sender = [.. distinct.Take(senderCount)];
        ReadOnlyMemory<byte>[] receiver = [.. distinct.Take(common), .. distinct.Skip(senderCount)];
        random.Shuffle(sender);
        random.Shuffle(receiver);
        (Sender, Receiver) = (sender, receiver);
        SenderRows = RowsIn(sender, receiver);
        ReceiverRows = RowsIn(receiver, sender);
    }

    public ReadOnlyMemory<byte>[] Sender { get; }

    public ReadOnlyMemory<byte>[] Receiver { get; }

    public int[] SenderRows { get; }

    public int[] ReceiverRows { get; }

    public static Gf128[] Digests(Digest context, ReadOnlyMemory<byte>[] items)
    {
        var digests = new Gf128[items.Length];
        ItemDigests.Hash(context, items, digests);
        return digests;
    }

    private static int[] RowsIn(ReadOnlyMemory<byte>[] items, ReadOnlyMemory<byte>[] others)
    {
        var held = others.Select(item => Convert.ToHexString(item.Span)).ToHashSet();
        return [.. Enumerable.Range(0, items.Length).Where(i => held.Contains(Convert.ToHexString(items[i].Span)))];
    }
}
