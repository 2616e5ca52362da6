using Collab.Primitives;

namespace Collab.HomomorphicEncryption.Tests;

public class BfvParametersTests
{
    [Theory] // the standard's table: the last allowed length, and more
    [InlineData(1024, 27, new[] { 27 }, null, new[] { 28 }, null)]
    [InlineData(2048, 54, new[] { 27 }, 27, new[] { 27 }, 28)]
    [InlineData(4096, 109, new[] { 36, 36 }, 37, new[] { 36, 37 }, 37)]
    [InlineData(8192, 218, new[] { 43, 43, 44, 44 }, 44, new[] { 43, 44, 44, 44 }, 44)]
    [InlineData(16384, 438, new[] { 48, 48, 48, 48, 48, 48, 48, 48 }, 48, new[] { 48, 48, 48, 48, 48, 48, 48, 48, 40 }, 48)]
    public void Parameters_within_the_table_are_made_and_larger_ones_are_not(
        int degree, int bits, int[] primes, int? special, int[] largerPrimes, int? largerSpecial)
    {
        var parameters = BfvParameters.Create(BfvParameters.Literal(degree, 17, primes, special));
        Assert.True(parameters.KeyRing.Product.GetBitLength() <= bits);
        var larger = BfvParameters.Literal(degree, 17, largerPrimes, largerSpecial);
        Assert.Throws<InsecureParametersException>(() => BfvParameters.Create(larger));
    }

    [Fact]
    public void Named_sets_are_within_the_table_and_differ_in_their_digest()
    {
        BfvParameters[] all = [BfvParameters.N4096, BfvParameters.N8192, BfvParameters.N16384, BfvParameters.N32768];
        Assert.All(all, parameters => Assert.True(parameters.KeyRing.Product.GetBitLength() <= SecurityTable.LargestBits(parameters.RingDegree)));
        Assert.Equal(all.Length, all.Select(parameters => parameters.Id).Distinct().Count());
        Assert.Equal(BfvParameters.N4096.Id, BfvParameters.Create(BfvParameters.Literal(4096, 20, [36, 36], 37)).Id);
    }

    [Theory] // sets for unbalanced intersection: a plaintext modulus of 16 to 22 bits, three to five primes, with key switching and without
    [InlineData(4096, 16, new[] { 36, 36, 37 }, null)]
    [InlineData(4096, 18, new[] { 30, 36 }, 42)]
    [InlineData(8192, 17, new[] { 43, 43, 44, 44 }, 44)]
    [InlineData(8192, 22, new[] { 40, 40, 44, 44 }, 48)]
    [InlineData(8192, 20, new[] { 42, 44, 44, 44, 44 }, null)]
    [InlineData(8192, 17, new[] { 36, 48, 48 }, 48)]
    public void Sets_with_small_plaintexts_and_several_primes_can_be_made(int degree, int plaintextBits, int[] primes, int? special)
    {
        var parameters = BfvParameters.Create(BfvParameters.Literal(degree, plaintextBits, primes, special));
        Assert.Equal((primes.Length, special is not null), (parameters.Levels, parameters.SupportsKeySwitching));
        Assert.True(parameters.PlaintextModulus >> (plaintextBits - 1) == 1);
    }

    public static IEnumerable<TheoryDataRow<string, BfvParametersLiteral>> Wrong()
    {
        var good = BfvParameters.Literal(4096, 20, [36, 36], 37);
        var primes = good.CiphertextModuli;
        yield return new("degree", good with { RingDegree = 512 });
        yield return new("no power of two", good with { RingDegree = 4095 });
        yield return new("t composite", good with { PlaintextModulus = 8193 * 3 });
        yield return new("t without slots", good with { PlaintextModulus = 65539 });
        yield return new("no prime", good with { CiphertextModuli = [] });
        yield return new("twice", good with { CiphertextModuli = [primes[0], primes[0]] });
        yield return new("composite", good with { CiphertextModuli = [primes[0], primes[1] - 8192] });
        yield return new("49 bits", good with { CiphertextModuli = [(1UL << 48) + 1] });
        yield return new("special too small", good with { SpecialModulus = primes[1] });
        yield return new("special smaller", good with { CiphertextModuli = [good.SpecialModulus!.Value], SpecialModulus = primes[0] });
        yield return new("t above a prime", good with { PlaintextModulus = primes[1], CiphertextModuli = [good.PlaintextModulus] });
    }

    [Theory, MemberData(nameof(Wrong))]
    public void Numbers_the_scheme_does_not_work_with_are_refused(string why, BfvParametersLiteral literal)
    {
        Assert.NotEmpty(why);
        Assert.Throws<ArgumentException>(() => BfvParameters.Create(literal));
    }
}
