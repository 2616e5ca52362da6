using Collab.Arithmetic.Lattices;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Arithmetic.Tests.Lattices;

/// <summary>Slots and places of evaluations: by definition, in all widths, and with numbers that are not below the modulus.</summary>
public sealed class SlotOrderTests
{
    private const ulong Modulus = 1_032_193;

    public static TheoryData<int> Degrees => [16, 32, 64, 128, 256, 1024, 8192, 32768];

    [Theory, MemberData(nameof(Degrees))]
    public void A_slot_is_the_value_at_its_power_of_three(int degree)
    {
        var order = new SlotOrder(degree);
        var exponent = 1;
        for (var i = 0; i < degree / 2; i++, exponent = exponent * 3 % (2 * degree))
        {
            Assert.Equal(exponent, NegacyclicTransform.ExponentAt(order.PlaceOf(i), degree));
            Assert.Equal((2 * degree) - exponent, NegacyclicTransform.ExponentAt(order.PlaceOf((degree / 2) + i), degree));
        }
    }

    [Theory, MemberData(nameof(Degrees))]
    public void All_widths_put_every_slot_at_its_place_and_back(int degree)
    {
        var slots = Slots(degree);
        foreach (var kernel in Enum.GetValues<VectorKernel>().Where(ResidueKernels.IsSupported))
        {
            var order = new SlotOrder(kernel, degree);
            foreach (var length in (int[])[degree, degree - 1, (degree / 2) + 1, 1, 0])
            {
                var evaluations = new double[degree];
                Array.Fill(evaluations, -1);
                Assert.True(order.TryToEvaluations(slots.AsSpan(0, length), evaluations, Modulus));
                Assert.All(Enumerable.Range(0, degree), i => Assert.Equal(i < length ? slots[i] : 0, evaluations[order.PlaceOf(i)]));
                var back = new ulong[degree];
                order.ToSlots<ulong>(evaluations, back);
                Assert.Equal(slots.Take(length).Concat(new ulong[degree - length]), back);
            }
        }
    }

    [Theory]
    [InlineData(Modulus)]
    [InlineData(Modulus + 1)]
    [InlineData(1UL << 48)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue - Modulus)]
    public void A_number_at_or_above_the_modulus_shows_wherever_it_stands(ulong number)
    {
        const int Degree = 256;
        foreach (var kernel in Enum.GetValues<VectorKernel>().Where(ResidueKernels.IsSupported))
        {
            var order = new SlotOrder(kernel, Degree);
            for (var i = 0; i < Degree; i++)
            {
                var slots = Slots(Degree);
                slots[i] = number;
                Assert.False(order.TryToEvaluations(slots, new double[Degree], Modulus));
                Assert.False(order.TryToEvaluations(slots.AsSpan(0, i + 1), new double[Degree], Modulus));
            }
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        var order = new SlotOrder(16);
        Assert.Throws<ArgumentException>(() => order.TryToEvaluations(new ulong[17], new double[16], Modulus));
        Assert.Throws<ArgumentException>(() => order.TryToEvaluations(new ulong[16], new double[15], Modulus));
        Assert.Throws<ArgumentException>(() => order.ToSlots<uint>(new double[15], new uint[16]));
        Assert.Throws<ArgumentException>(() => order.ToSlots<uint>(new double[16], new uint[15]));
    }

    private static ulong[] Slots(int degree)
    {
        var random = RandomSource.Seeded(41);
        var bytes = new byte[8];
        return [Modulus - 1, .. Enumerable.Range(1, degree - 1).Select(_ =>
        {
            random.Fill(bytes);
            return BitConverter.ToUInt64(bytes) % Modulus;
        })];
    }
}
