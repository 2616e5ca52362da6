using Collab.Arithmetic.Lattices;

namespace Collab.Arithmetic.Tests.Lattices;

public class NttPrimesTests
{
    [Fact]
    public void Small_numbers_are_prime_exactly_when_no_smaller_number_divides_them() => Assert.All(
        Enumerable.Range(0, 5000),
        n => Assert.Equal(n >= 2 && Enumerable.Range(2, Math.Max(0, n - 2)).TakeWhile(d => d * d <= n).All(d => n % d != 0), NttPrimes.IsPrime((ulong)n)));

    [Theory] // strong pseudoprimes to the first bases (OEIS A014233), a Carmichael number, a square of a prime
    [InlineData(2047)]
    [InlineData(3215031751)]
    [InlineData(3825123056546413051)]
    [InlineData(561)]
    [InlineData(4295098369)]
    public void Pseudoprimes_are_not_prime(ulong number) => Assert.False(NttPrimes.IsPrime(number));

    [Fact]
    public void The_largest_primes_of_a_length_are_always_the_same()
    {
        Assert.Equal([281474976317441UL], NttPrimes.Largest(48, 32768, 1));
        var primes = NttPrimes.Largest(36, 4096, 20);
        Assert.Equal(primes.OrderDescending().Distinct(), primes);
        Assert.All(primes, p => Assert.True(NttPrimes.IsPrime(p) && p % 8192 == 1 && p >> 35 == 1));
        Assert.Equal(primes[1..3], NttPrimes.Largest(36, 4096, 2, primes[0]));
    }

    [Theory]
    [InlineData(9, 16, 1)]
    [InlineData(49, 16, 1)]
    [InlineData(20, 15, 1)]
    [InlineData(17, 32768, 3)]
    public void What_cannot_be_found_is_refused(int bits, int degree, int count) =>
        Assert.ThrowsAny<ArgumentException>(() => NttPrimes.Largest(bits, degree, count));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(91)]
    [InlineData(1UL << 48)]
    public void A_modulus_is_an_odd_prime_below_two_to_the_48(ulong value) =>
        Assert.Throws<ArgumentException>(() => new ResidueModulus(value));

    [Fact]
    public void The_root_is_primitive_and_the_least()
    {
        var modulus = new ResidueModulus(257);
        var roots = Enumerable.Range(1, 256).Where(r => modulus.PowerVariableTime((ulong)r, 32) == 256).ToList();
        Assert.Equal(32, roots.Count);
        Assert.Equal((ulong)roots[0], modulus.PrimitiveRootVariableTime(64));
        Assert.Equal(1UL, modulus.Multiply(3, modulus.InvertVariableTime(3)));
        Assert.Throws<ArgumentException>(() => modulus.InvertVariableTime(257));
        Assert.Throws<ArgumentException>(() => modulus.PrimitiveRootVariableTime(512));
    }
}
