using Collab.Arithmetic.BinaryField;

namespace Collab.SecretSharing.Permutations;

/// <summary>Which pairs of the network are exchanged so that rows come into a given order.</summary>
/// <remarks>
/// A network of n inputs is switches between neighbours, two networks of half as many, and switches again. Waksman, JACM 1968; for any n Beauquier and Darrot, 2002: of an odd
/// number the last input and output belong to the larger half. See specs/oblivious-permutation.md.
/// </remarks>
internal static class PermutationSettings
{
    /// <summary>For each layer of <see cref="MoveLayer.Permuting"/> a bit for each of its pairs. Takes time that depends on the order: for the party that knows it.</summary>
    /// <param name="order">Which row comes to each place: a permutation of 0 … n − 1.</param>
    /// <exception cref="ArgumentException">It is no permutation.</exception>
    public static IReadOnlyList<BitVector> OfVariableTime(ReadOnlySpan<int> order)
    {
        var n = order.Length;
        var met = new bool[n];
        foreach (var row in order)
        {
            if (row < 0 || row >= n || met[row]) throw new ArgumentException("Each row at one place.", nameof(order));
            met[row] = true;
        }

        var depth = MoveLayer.Depth(n);
        BitVector[] settings = [.. MoveLayer.PairsPermuting(n).Select(pairs => new BitVector(pairs))];
        Route(order.ToArray(), 0, 0, depth, settings);
        return settings;
    }

    /// <summary>Sets the switches of the network of the places first, first + 2^level, … : the row that is to come to the j-th of them is at the order[j]-th.</summary>
    private static void Route(int[] order, int first, int level, int depth, BitVector[] settings)
    {
        var n = order.Length;
        if (n < 2) return;
        if (n == 2)
        {
            Set(level, first, 0, order[0] == 1);
            return;
        }

        var places = new int[n];
        for (var j = 0; j < n; j++) places[order[j]] = j;

        // Which half each output comes from: 0 the even places, 1 the odd ones. Outputs of a switch come from different halves, and so do its inputs go.
        var half = new sbyte[n];
        Array.Fill(half, (sbyte)-1);
        if (n % 2 == 1) Follow(n - 1);
        for (var j = 0; j < n; j += 2)
        {
            if (half[j] < 0) Follow(j);
        }

        int[] even = new int[(n + 1) / 2], odd = new int[n / 2];
        for (var i = 0; i + 1 < n; i += 2)
        {
            Set(level, first, i / 2, half[places[i]] == 1);                               // input i goes to the odd half
            if (level < depth - 1) Set((2 * depth) - 2 - level, first, i / 2, half[i] == 1);  // output i comes from the odd half
        }

        for (var j = 0; j < n; j++) (half[j] == 0 ? even : odd)[j / 2] = order[j] / 2;
        Route(even, first, level + 1, depth, settings);
        Route(odd, first + (1 << level), level + 1, depth, settings);
        Array.Clear(half);
        Array.Clear(places);

        // From output j through the even half to its input, from that input's partner through the odd half to its output, and on from that output's partner.
        void Follow(int j)
        {
            while (half[j] < 0)
            {
                half[j] = 0;
                var partner = order[j] ^ 1;
                if (partner >= n) return;
                var through = places[partner];
                half[through] = 1;
                j = through ^ 1;
                if (j >= n) return;
            }
        }

        void Set(int layer, int start, int pair, bool exchanged)
        {
            // The lower place of the pair; pairs of a layer are counted over all places with that bit 0.
            var place = start + ((2 * pair) << level);
            settings[layer][(place >> (level + 1) << level) + (place & ((1 << level) - 1))] = exchanged;
        }
    }
}
