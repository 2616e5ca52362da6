namespace Collab.Cli.Bench;

/// <summary>Numbers by arithmetic, the same in every run: spread evenly over [0, 1).</summary>
internal static class BenchNumbers
{
    /// <summary>A column of them.</summary>
    public static double[] Column(int rows, int column) => [.. Enumerable.Range(0, rows).Select(row => Mixed(((ulong)row * 10_007) + (ulong)column))];

    /// <summary>In [0, 1), by the finalizer of splitmix64.</summary>
    public static double Mixed(ulong number)
    {
        unchecked
        {
            var z = (number + 1) * 0x9E37_79B9_7F4A_7C15;
            z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
            z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
            return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
        }
    }
}
