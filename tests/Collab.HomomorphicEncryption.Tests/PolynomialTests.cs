using Collab.Primitives;

namespace Collab.HomomorphicEncryption.Tests;

public class PolynomialTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(25)]
    public void An_inner_product_is_that_of_the_slots(int terms)
    {
        using var toy = new Toy(11);
        var random = new Random(terms);
        ulong[][] x = [.. Enumerable.Range(0, terms).Select(_ => Draw(toy, random))], y = [.. Enumerable.Range(0, terms).Select(_ => Draw(toy, random))];
        Ciphertext[] hidden = [.. x.Select(slots => Encrypt(toy, slots))];
        PlainFactor[] factors = [.. y.Select(slots => Factor(toy, slots, 3))];
        using var result = Evaluator.InnerProduct(hidden, factors);
        var t = toy.Secret.Parameters.PlaintextModulus;
        Assert.Equal(Enumerable.Range(0, 64).Select(i => x.Zip(y, (a, b) => a[i] * b[i] % t).Aggregate(0UL, (a, b) => (a + b) % t)), toy.Decrypt(result));
        CheckNoise(toy, result);
        Assert.Throws<ArgumentException>(() => Evaluator.InnerProduct(hidden, factors[1..]));
        Assert.Throws<ArgumentException>(() => Evaluator.InnerProduct([], []));
        Assert.Throws<ArgumentException>(() => Evaluator.InnerProduct([Evaluator.Multiply(hidden[0], hidden[0])], factors[..1]));
        Assert.Throws<ArgumentException>(() => Evaluator.InnerProduct([Evaluator.SwitchModulus(hidden[0])], factors[..1]));
    }

    [Theory] // one block, blocks that are full, that begin, that end
    [InlineData(1, 2)]
    [InlineData(5, 6)]
    [InlineData(5, 9)]
    [InlineData(6, 6)]
    [InlineData(7, 6)]
    [InlineData(11, 4)]
    [InlineData(12, 4)]
    [InlineData(13, 4)]
    [InlineData(40, 7)]
    public void A_polynomial_has_its_value_in_each_slot(int degree, int block)
    {
        using var toy = new Toy(12);
        var random = new Random(degree);
        var point = Draw(toy, random);
        foreach (var level in new[] { 3, 2 })
        {
            using var powers = EncryptedPowers.Prepare(Powers(toy, point, degree, block, level), degree, block);
            ulong[][] coefficients = [.. Enumerable.Range(0, degree + 1).Select(_ => Draw(toy, random))];
            using var polynomial = PlainPolynomial.Prepare([.. coefficients.Select(slots => toy.Encoder.Encode(slots))], level);
            Assert.Equal(degree, polynomial.Degree);
            using var value = Evaluator.Evaluate(polynomial, powers);
            var expected = Value(toy, coefficients, point);
            Assert.Equal(degree > block ? 3 : 2, value.Parts);
            Assert.Equal(expected, toy.Decrypt(value));
            CheckNoise(toy, value);
            if (value.Parts == 2) continue;
            using var two = Evaluator.Relinearize(value, toy.Relinearization);
            Assert.Equal(expected, toy.Decrypt(two));
        }
    }

    [Fact]
    public void Products_are_rounded_in_several_sums_when_the_second_base_is_tight()
    {
        // Lengths of primes, until 48-bit primes leave room for three products or fewer.
        var tight = Enumerable.Range(70, 10).Select(bits => new[] { 36, bits - 36, 48, 48 })
            .Select(bits => BfvParameters.CreateInsecure(BfvParameters.Literal(64, 12, bits, 48)))
            .First(parameters => parameters.Top.Tensor.MostTerms <= 3);
        using var toy = new Toy(13, tight);
        var (random, degree, block) = (new Random(5), 21, 2);
        var point = Draw(toy, random);
        using var powers = EncryptedPowers.Prepare(Powers(toy, point, degree, block, 4), degree, block);
        ulong[][] coefficients = [.. Enumerable.Range(0, degree + 1).Select(_ => Draw(toy, random))];
        using var polynomial = PlainPolynomial.Prepare([.. coefficients.Select(slots => toy.Encoder.Encode(slots))], 4);
        using var value = Evaluator.Evaluate(polynomial, powers);
        Assert.Equal(Value(toy, coefficients, point), toy.Decrypt(value));
    }

    [Fact]
    public void Coefficients_of_zeros_are_allowed_and_a_constant_is_refused_as_transparent()
    {
        using var toy = new Toy(14);
        var point = Draw(toy, new Random(1));
        using var powers = EncryptedPowers.Prepare(Powers(toy, point, 5, 2, 3), 5, 2);
        var zero = toy.Encoder.Encode(new ulong[1]);
        Plaintext[] coefficients = [toy.Encoder.Encode(point), zero, zero, zero, zero, zero];
        using var constant = PlainPolynomial.Prepare(coefficients, 3);
        Assert.Equal(Ciphertext.Transparent, Assert.Throws<CollabException>(() => Evaluator.Evaluate(constant, powers)).Code);
        coefficients[2] = toy.Encoder.Encode([.. Enumerable.Repeat(1UL, 64)]);
        using var square = PlainPolynomial.Prepare(coefficients, 3);
        using var value = Evaluator.Evaluate(square, powers);
        var t = Toy.Parameters.PlaintextModulus;
        Assert.Equal(point.Select(x => (x + (x * x)) % t), toy.Decrypt(value));
    }

    [Fact]
    public void Powers_and_polynomials_that_do_not_fit_are_refused()
    {
        using var toy = new Toy(15);
        var point = Draw(toy, new Random(1));
        Assert.Equal([1, 2, 3, 4, 8, 12], EncryptedPowers.Exponents(13, 4));
        Assert.Equal([1, 2, 3], EncryptedPowers.Exponents(3, 4));
        var all = Powers(toy, point, 5, 2, 3);
        Assert.Throws<ArgumentException>(() => EncryptedPowers.Prepare(all, 6, 2));
        Assert.Throws<ArgumentException>(() => EncryptedPowers.Prepare(new Dictionary<int, Ciphertext>(all) { [4] = Evaluator.SwitchModulus(all[4]) }, 5, 2));
        Assert.Throws<ArgumentException>(() => EncryptedPowers.Prepare(new Dictionary<int, Ciphertext>(all) { [4] = Evaluator.Multiply(all[2], all[2]) }, 5, 2));
        Assert.ThrowsAny<ArgumentException>(() => EncryptedPowers.Exponents(0, 2));
        Assert.ThrowsAny<ArgumentException>(() => EncryptedPowers.Exponents(3, 1));
        using var powers = EncryptedPowers.Prepare(all, 5, 2);
        Plaintext[] ones = [.. Enumerable.Range(0, 7).Select(_ => toy.Encoder.Encode([1UL]))];
        Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(PlainPolynomial.Prepare(ones, 3), powers));
        Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(PlainPolynomial.Prepare(ones[1..], 2), powers));
        Assert.Throws<ArgumentException>(() => PlainPolynomial.Prepare(ones[..1], 3));
    }

    private static ulong[] Value(Toy toy, ulong[][] coefficients, ulong[] point)
    {
        var t = toy.Secret.Parameters.PlaintextModulus;
        return [.. point.Select((x, slot) => coefficients.Reverse().Aggregate(0UL, (sum, c) => ((sum * x) + c[slot]) % t))];
    }

    private static Dictionary<int, Ciphertext> Powers(Toy toy, ulong[] point, int degree, int block, int level)
    {
        var t = toy.Secret.Parameters.PlaintextModulus;
        return EncryptedPowers.Exponents(degree, block).Distinct().ToDictionary(exponent => exponent, exponent =>
        {
            using var fresh = Encrypt(toy, [.. point.Select(x => Enumerable.Range(0, exponent).Aggregate(1UL, (power, _) => power * x % t))]);
            return Evaluator.SwitchModulus(fresh, level);
        });
    }

    private static Ciphertext Encrypt(Toy toy, ulong[] slots)
    {
        using var plaintext = toy.Encoder.Encode(slots);
        using var seeded = toy.Secret.Encrypt(plaintext, toy.Random);
        return seeded.Expand();
    }

    private static PlainFactor Factor(Toy toy, ulong[] slots, int level)
    {
        using var plaintext = toy.Encoder.Encode(slots);
        return plaintext.Prepare(level);
    }

    private static void CheckNoise(Toy toy, Ciphertext ciphertext)
    {
        var budget = toy.Secret.NoiseBudgetVariableTime(ciphertext);
        Assert.True(budget >= ciphertext.Noise.CertainBits && budget >= ciphertext.Noise.LikelyBits, $"{budget} against {ciphertext.Noise}");
    }

    private static ulong[] Draw(Toy toy, Random random) =>
        [.. Enumerable.Range(0, toy.Secret.Parameters.RingDegree).Select(_ => (ulong)random.NextInt64((long)toy.Secret.Parameters.PlaintextModulus))];
}
