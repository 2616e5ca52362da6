using Collab.Primitives;
using Collab.Testing;

namespace Collab.HomomorphicEncryption.Tests;

/// <summary>Sums of products with plaintexts that are kept small: the same as one product and one sum after the other.</summary>
public class SumOfProductsTests
{
    // Primes of 48 bits leave room for four terms between reductions, primes of 27 bits for millions.
    private static readonly BfvParameters Wide = BfvParameters.Create(BfvParameters.Literal(4096, 19, [48, 48], null));
    private static readonly BfvParameters Narrow = BfvParameters.Create(BfvParameters.Literal(2048, 18, [30, 24], null));

    [Theory, InlineData(true, 1), InlineData(true, 13), InlineData(false, 1), InlineData(false, 9)]
    public void A_sum_is_that_of_the_slots_and_its_noise_is_within_what_was_foretold(bool wide, int terms)
    {
        var parameters = wide ? Wide : Narrow;
        var (encoder, random, t) = (new BatchEncoder(parameters), new Random(7), (long)parameters.PlaintextModulus);
        var matrix = new PlaintextMatrix(parameters, terms + 2);
        var (left, right) = (new ulong[terms][], new ulong[terms][]);
        using var secret = SecretKey.Generate(parameters, RandomSource.Seeded(1));
        var ciphertexts = new Ciphertext[terms];
        for (var i = 0; i < terms; i++)
        {
            left[i] = [.. Enumerable.Range(0, parameters.RingDegree).Select(_ => (ulong)random.NextInt64(t))];
            right[i] = [.. Enumerable.Range(0, parameters.RingDegree).Select(_ => (ulong)random.NextInt64(t))];
            matrix.SetSlots(i + 2, encoder, right[i]);
            using var plaintext = encoder.Encode(left[i]);
            using var seeded = secret.Encrypt(plaintext, RandomSource.Seeded(i));
            ciphertexts[i] = seeded.Expand();
        }

        using var sum = Evaluator.SumOfProducts(ciphertexts, matrix, 2);
        using var decrypted = secret.Decrypt(sum);
        var slots = encoder.Decode(decrypted);
        for (var slot = 0; slot < slots.Length; slot++)
        {
            var expected = 0UL;
            for (var i = 0; i < terms; i++) expected = (expected + (left[i][slot] * right[i][slot])) % (ulong)t;
            Assert.Equal(expected, slots[slot]);
        }

        double largestSum = 0;
        for (var i = 2; i < matrix.Rows; i++) largestSum = Math.Max(largestSum, matrix[i].ToArray().Sum(c => Math.Abs((double)c)));
        using var switched = Evaluator.SwitchModulus(sum);
        var foretold = NoisePrediction.OfSumOfProducts(parameters, terms, largestSum, matrix.LargestNorm, 1);
        Assert.True(secret.NoiseBudgetVariableTime(switched) >= foretold.LikelyBits);
        Assert.True(switched.Noise.Deviation <= foretold.Deviation && switched.Noise.Worst <= foretold.Worst);
        foreach (var ciphertext in ciphertexts) ciphertext.Dispose();
    }

    [Fact]
    public void Rows_are_read_back_and_what_does_not_fit_is_refused()
    {
        var (encoder, n, t) = (new BatchEncoder(Narrow), Narrow.RingDegree, Narrow.PlaintextModulus);
        var (matrix, copy) = (new PlaintextMatrix(Narrow, 2), new PlaintextMatrix(Narrow, 1));
        matrix.SetSlots(1, encoder, [.. Enumerable.Range(0, n).Select(i => (ulong)i % t)]);
        copy.SetCoefficients(0, matrix[1]);
        Assert.Equal(matrix[1].ToArray(), copy[0].ToArray());
        Assert.Equal(matrix.LargestNorm, copy.LargestNorm);
        Assert.Throws<MalformedException>(() => copy.SetCoefficients(0, new int[n - 1]));
        Assert.Throws<MalformedException>(() => copy.SetCoefficients(0, [.. Enumerable.Repeat((int)t, n)]));
        Assert.Throws<ArgumentException>(() => matrix.SetSlots(0, encoder, [t]));
        Assert.Throws<ArgumentException>(() => matrix.SetSlots(0, new BatchEncoder(Wide), [1]));
        Assert.Throws<ArgumentException>(() => new PlaintextMatrix(BfvParameters.Create(BfvParameters.Literal(4096, 32, [48], null)), 1));

        using var secret = SecretKey.Generate(Narrow, RandomSource.Seeded(1));
        using var plaintext = encoder.Encode([3UL]);
        using var seeded = secret.Encrypt(plaintext, RandomSource.Seeded(2));
        using var x = seeded.Expand();
        using var lower = Evaluator.SwitchModulus(x);
        Assert.Throws<ArgumentException>(() => Evaluator.SumOfProducts([], matrix, 0));
        Assert.Throws<ArgumentException>(() => Evaluator.SumOfProducts([x, x], matrix, 1));
        Assert.Throws<ArgumentException>(() => Evaluator.SumOfProducts([x, lower], matrix, 0));
    }
}
