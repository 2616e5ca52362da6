using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Cryptography.KeyValueStore;

namespace Collab.Cryptography.Tests.KeyValueStore;

/// <summary>Trials at sizes so small that failures are frequent: the source's line must not promise more than happens.</summary>
public unsafe class OkvsFailureTests
{
    /// <summary>Keys, failure bits by the line, trials. At these loads and bits the sums of the derivation have their weight.</summary>
    public static TheoryData<int, double, int> Cases => new()
    {
        { 256, 4, 4_000 }, { 1 << 10, 1, 1_500 }, { 1 << 10, 5, 2_000 }, { 1 << 12, 4, 800 }, { 1 << 15, 0.5, 60 }, { 1 << 15, 4, 150 },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Gaps_beyond_the_dense_columns_are_as_rare_as_the_line_says(int count, double bits, int trials)
    {
        var sparse = (int)Math.Ceiling(count * (1.223 + ((bits + 9.2) / OkvsParameters.Slope(count))));
        var parameters = OkvsParameters.CreateInsecure(count, 1, sparse, 40);           // dense columns as for 40 bits: small structures do not count
        var failures = Failures(parameters, trials);
        var expected = trials * Math.Pow(2, -bits);
        Assert.True(failures <= expected + (5 * Math.Sqrt(expected)) + 1, $"{failures} of {trials} failed, the line allows {expected:F1}");
    }

    [Fact]
    public void Below_the_threshold_nothing_is_solved()
    {
        // 1.20 is below the transition at 1.2218: a gap of a positive fraction of the keys.
        Assert.Equal(20, Failures(OkvsParameters.CreateInsecure(1 << 14, 1, (int)(1.20 * (1 << 14)), 40), 20));
    }

    [Theory]
    [InlineData(65), InlineData(128), InlineData(1_000), InlineData(4_096)]
    public void At_the_chosen_size_no_trial_fails(int count) => Assert.Equal(0, Failures(OkvsParameters.Create(count), 3_000_000 / (1_000 + count)));

    [Fact]
    public void What_peeling_leaves_is_solved_by_the_dense_columns()
    {
        // At 65 keys in 144 columns about one set in fifty has two keys with equal columns or another small core.
        Assert.True(Gaps(OkvsParameters.Create(65), 3_000) > 10);
    }

    private static int Failures(OkvsParameters parameters, int trials) => Run(parameters, trials).Failures;

    private static int Gaps(OkvsParameters parameters, int trials) => Run(parameters, trials).Gaps;

    private static (int Failures, int Gaps) Run(OkvsParameters parameters, int trials)
    {
        var (count, failures, gaps) = ((int)parameters.ItemCount, 0, 0);
        using var solver = new OkvsBinSolver(parameters, count);
        using var random = new AesPrg(new((ulong)parameters.SparseCount, 1));
        Gf128[] rows = new Gf128[count], values = new Gf128[count], store = new Gf128[parameters.Size];
        for (var trial = 0; trial < trials; trial++)
        {
            random.Fill(rows.AsSpan());
            random.Fill(values.AsSpan());
            random.Fill(store.AsSpan());
            using var permutation = new AesPermutation(values[0]);
            var copy = (Gf128[])values.Clone();
            fixed (Gf128* u = rows, v = copy, p = store)
            {
                if (!solver.TrySolve(permutation, u, v, count, p)) failures++;
                else if (solver.GapCount > 0) gaps++;
            }
        }

        return (failures, gaps);
    }
}
