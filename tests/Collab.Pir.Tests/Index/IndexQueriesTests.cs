using System.Text.Json.Nodes;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Pir.Index;

namespace Collab.Pir.Tests.Index;

public class IndexQueriesTests
{
    [Fact]
    public void Errors_have_the_variance_of_the_spec_and_the_unit_stands_at_its_column()
    {
        const int Length = 1 << 17, Column = 77_777;
        using var prg = new AesPrg(new Gf128(5, 7));
        var vector = new uint[Length];
        IndexQueries.AddErrorsAndUnit(prg, Column, vector);
        double sum = 0, squares = 0;
        for (var i = 0; i < Length; i++)
        {
            var error = unchecked((int)(vector[i] - (i == Column ? 1u << IndexParameters.ScaleBits : 0)));
            Assert.InRange(error, -IndexParameters.ErrorCoins, IndexParameters.ErrorCoins);
            sum += error;
            squares += (double)error * error;
        }

        Assert.InRange(sum / Length, -0.1, 0.1);                // 5.6 deviations of a fixed draw
        Assert.InRange(squares / Length, 40, 42);
    }

    [Fact]
    public void Noise_of_a_byte_is_below_its_bound_with_the_chance_of_the_spec()
    {
        // Hoeffding over 164·C fair coins of weight at most 128: 2·exp(−2^46/(2·41·2^14·C)) for C columns.
        var exponent = Math.Pow(2, 46) / (2.0 * 41 * (1 << 14) * IndexParameters.LargestColumns);
        var bits = exponent / Math.Log(2) - 1;
        var derived = JsonNode.Parse(File.ReadAllText(Path.Combine("vectors", "retrieval-parameters.json")))!;
        Assert.Equal((double)derived["wrongByteBits"]!, bits, 0.06);
        Assert.Equal(
            (IndexParameters.SecretSize, IndexParameters.ErrorCoins, IndexParameters.ScaleBits, IndexParameters.LargestColumns),
            ((int)derived["secretSize"]!, (int)derived["errorCoins"]!, (int)derived["scaleBits"]!, (int)derived["largestColumns"]!));
        Assert.True((double)derived["securityBits"]! >= 128);
        Assert.True(bits - 31 >= 40);                           // over every byte of the largest table
    }
}
