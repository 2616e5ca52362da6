using System.Numerics;

namespace Collab.Psi.Tests.Family;

/// <summary>Three sets, of which most variants take the first two, and what a plain intersection says of them.</summary>
/// <param name="Seed">Names the draw; variants with several forms choose theirs by it.</param>
internal sealed record FamilySets(int Seed, NumberSet Sender, NumberSet Receiver, NumberSet Third)
{
    private const int LargestCount = 100_000;

    public long ItemCount => (long)Sender.Count + Receiver.Count;

    public int[] SenderRows => RowsOf(Sender, Receiver.Contains);

    public int[] ReceiverRows => RowsOf(Receiver, Sender.Contains);

    /// <summary>
    /// Of a hundred sizes 5 are 0, 2 are 1, 2 are the largest, and all others uniform by digits; in half of the draws all sets have a like size. Numbers come
    /// from a range one to two times as large as the set, so that many are common; one draw of ten has the same set at all parties in other orders, and
    /// one has sets that share nothing.
    /// </summary>
    public static FamilySets Draw(int seed, int digits)
    {
        var random = new Random(seed);
        var shape = random.Next(10);
        var size = SizeOf(random, digits);
        var sets = new[] { size, 0, 0 }.Select((first, i) => Numbers(
            random, i == 0 ? first : shape < 5 ? size - random.Next((size / 2) + 1) : SizeOf(random, digits))).ToArray();
        for (var i = 1; i < 3; i++)
        {
            if (shape == 0)
            {
                sets[i] = (int[])sets[0].Clone();
                random.Shuffle(sets[i]);
            }
            else if (shape == 1)
            {
                sets[i] = [.. sets[i].Select(number => number + (2 * i * (LargestCount + 4)))];
            }
        }

        return new(seed, new DrawnNumbers(sets[0]), new DrawnNumbers(sets[1]), new DrawnNumbers(sets[2]));
    }

    /// <summary>Sets of so many numbers each by arithmetic; half of the first is in the second, and half of that in the third.</summary>
    public static FamilySets Count(int count)
    {
        int Step(int from)
        {
            while (BigInteger.GreatestCommonDivisor(from, count) != 1) from++;
            return from;
        }

        return new(
            1, new CountedNumbers(0, count, Step(611_953)), new CountedNumbers(count / 2, count, Step(15_485_863)),
            new CountedNumbers(3 * (count / 4), count, Step(32_452_843)));
    }

    public static int[] RowsOf(NumberSet set, Func<int, bool> isCommon) => [.. Enumerable.Range(0, set.Count).Where(row => isCommon(set[row]))];

    private static int SizeOf(Random random, int digits) => random.Next(100) switch
    {
        < 5 => 0,
        < 7 => 1,
        < 9 => (int)Math.Pow(10, digits),
        _ => (int)Math.Pow(10, digits * random.NextDouble()),
    };

    private static int[] Numbers(Random random, int size)
    {
        var numbers = Enumerable.Range(0, Math.Max(4, size + random.Next(size + 4))).ToArray();
        random.Shuffle(numbers);
        return numbers[..size];
    }
}
