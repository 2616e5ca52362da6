using Collab.Primitives;

namespace Collab.Psi.Tests.Family;

/// <summary>Every variant on the sets that people get wrong: none, one, very unequal, all the same, keys of 1 byte and of 10 KB, and repeated items.</summary>
public class BadInputTests
{
    private static readonly Dictionary<string, Func<FamilySets, Task<FamilyOutcome>>> Variants = new()
    {
        ["ecdh"] = TwoPartyVariants.EcdhAsync,
        ["ecdh both learn"] = TwoPartyVariants.EcdhBothLearnAsync,
        ["cardinality"] = TwoPartyVariants.CardinalityAsync,
        ["rr22 semi-honest"] = sets => TwoPartyVariants.VoleAsync(sets, SecurityModel.SemiHonest, false),
        ["rr22 malicious"] = sets => TwoPartyVariants.VoleAsync(sets, SecurityModel.Malicious, true),
        ["labelled"] = TwoPartyVariants.LabelledAsync,
        ["streamed"] = StreamedVariant.RunAsync,
        ["circuit shares"] = CircuitVariants.SharesAsync,
        ["circuit totals"] = CircuitVariants.TotalsAsync,
        ["incremental"] = IncrementalVariant.RunAsync,
        ["multi-party"] = MultiPartyVariant.RunAsync,
        ["record check"] = RecordCheckVariant.RunAsync,
    };

    public static TheoryData<string> Names => new(Variants.Keys);

    [Theory, MemberData(nameof(Names))]
    public async Task Sets_of_any_shape_give_the_plain_result(string variant)
    {
        foreach (var (there, here) in new[] { (0, 0), (0, 1), (1, 0), (0, 60), (60, 0), (1, 1), (1, 2000), (2000, 1), (300, 300) })
            await Variants[variant](Sets(Numbers(0, there), Numbers(0, here)));
        await Variants[variant](Sets(Numbers(0, 1), Numbers(1, 1)));                      // one each, and not the same
        await Variants[variant](Sets(Numbers(0, 200), Numbers(200, 150)));                // nothing in common
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Keys_of_one_byte_and_of_ten_kilobytes_give_the_plain_result(string variant)
    {
        await Variants[variant](Sets(Numbers(0, 256), Numbers(100, 100), 1));
        await Variants[variant](Sets(Numbers(0, 30), Numbers(20, 40), 10_240));
    }

    /// <summary>An item that a party has twice is its caller's mistake, or a fault of that party; where a variant takes it, the result is right.</summary>
    [Theory, MemberData(nameof(Names))]
    public async Task Repeated_items_are_refused_or_do_not_matter(string variant)
    {
        int[] single = [.. Numbers(0, 40)], twice = [.. Numbers(10, 30), 12, 39], all = [.. Enumerable.Repeat(7, 20)];
        foreach (var repeated in new[] { twice, all })
        {
            foreach (var sets in new[] { Sets(repeated, single), Sets(single, repeated) })
            {
                var failure = await Record.ExceptionAsync(() => Variants[variant](sets));
                Assert.True(failure is null or ArgumentException or CollabException, $"{failure}");
            }
        }
    }

    private static int[] Numbers(int first, int count) => [.. Enumerable.Range(first, count).OrderBy(number => (number * 7919) % 10_007)];

    private static FamilySets Sets(int[] there, int[] here, int itemSize = 0) => new(
        3, new DrawnNumbers(there) { ItemSize = itemSize }, new DrawnNumbers(here) { ItemSize = itemSize }, new DrawnNumbers(Numbers(0, 250)) { ItemSize = itemSize });
}
