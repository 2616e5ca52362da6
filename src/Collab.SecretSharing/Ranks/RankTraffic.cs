using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Ranks;

/// <summary>What ranks over shared rows send, of all parties together (specs/shared-ranks.md, "Cost").</summary>
public static class RankTraffic
{
    /// <summary>Inputs and merge of parts (steps 1 and 2).</summary>
    /// <param name="traffic">What is added to.</param>
    /// <param name="lengths">Rows of each party.</param>
    /// <param name="vectors">Vectors beside the keys.</param>
    /// <param name="bits">Of the keys.</param>
    public static void Merge(this VectorTraffic traffic, IReadOnlyList<int> lengths, int vectors, int bits)
    {
        foreach (var length in lengths) traffic.Input((1 + vectors) * (long)length, 1 + vectors);
        int[] ascending = [.. lengths.Order()];
        var merged = ascending[0];
        foreach (var length in ascending[1..])
        {
            foreach (var pairs in MergingNetwork.PairsOfStages(merged, length))
            {
                traffic.Compare(pairs, bits);
                traffic.Multiply((1.0 + vectors) * pairs);
            }

            merged += length;
        }
    }

    /// <summary>Ranks of rows in order (steps 3 and 4).</summary>
    public static void Rank(this VectorTraffic traffic, long rows, int bits)
    {
        traffic.Compare(rows, bits);
        for (var distance = 1L; distance < rows; distance *= 2)
        {
            var whole = rows / (2 * distance) * distance;
            traffic.Multiply(4.0 * (whole + Math.Max(0, (rows % (2 * distance)) - distance)));
        }
    }

    /// <summary>Rank sums of groups and ties, or for none the ties alone, from ranks (step 5).</summary>
    public static void Sum(this VectorTraffic traffic, long rows, int groups)
    {
        if (groups > 0) traffic.AddProducts((double)groups * rows, groups);
        traffic.Multiply(rows);
        traffic.AddProducts(rows, 1);
    }

    /// <summary>The greatest distance of two groups (steps 3 and 6).</summary>
    public static void Distance(this VectorTraffic traffic, long rows, int bits)
    {
        traffic.Compare(rows, bits);
        traffic.AddProducts(rows, 1);
        traffic.AddProducts(2.0 * rows, rows);
        traffic.Multiply(rows);
        traffic.Largest(rows);
    }

    /// <summary>The largest of so many distances without their signs, and one test for 0 (step 6).</summary>
    public static void Largest(this VectorTraffic traffic, long rows)
    {
        traffic.Compare(rows, 63);
        traffic.Multiply(rows);
        for (var left = rows; left > 1; left -= left / 2)
        {
            traffic.Compare(left / 2, (2 * VectorTraffic.Log(rows)) + 1);
            traffic.Multiply(left / 2);
        }

        traffic.Compare(1, VectorTraffic.Log(rows) + 1);
    }

    /// <summary>The correlation of rows ranked by one key (steps 3 to 5 and 7).</summary>
    public static void Correlate(this VectorTraffic traffic, long rows, int bits)
    {
        for (var key = 0; key < 2; key++)
        {
            traffic.Rank(rows, bits);
            traffic.Sum(rows, 0);
        }

        traffic.Multiply(rows);
        traffic.Sort(rows, bits, 2);
        traffic.AddProducts(rows, 1);
    }
}
