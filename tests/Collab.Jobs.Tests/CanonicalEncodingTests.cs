using Collab.Primitives;

namespace Collab.Jobs.Tests;

/// <summary>What is signed or hashed has one form: it reads back to the same bytes, and nothing beside it reads at all.</summary>
public sealed class CanonicalEncodingTests
{
    private delegate byte[] Reencode(byte[] bytes);

    public static TheoryData<string> Kinds => ["plan", "operation", "receipt", "offer"];

    [Theory, MemberData(nameof(Kinds))]
    public void A_value_reads_back_to_the_same_bytes(string kind) =>
        ForEach(kind, 50, (bytes, reencode) => Assert.Equal(bytes, reencode(bytes)));

    [Theory, MemberData(nameof(Kinds))]
    public void Every_truncation_is_refused(string kind) => ForEach(kind, 5, (bytes, reencode) =>
    {
        for (var length = 0; length < bytes.Length; length++)
        {
            var cut = bytes[..length];
            Assert.Throws<MalformedException>(() => reencode(cut));
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void An_appended_byte_is_refused(string kind) => ForEach(kind, 20, (bytes, reencode) =>
    {
        foreach (var extra in new byte[] { 0, 1, 255 }) Assert.Throws<MalformedException>(() => reencode([.. bytes, extra]));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void A_flipped_bit_is_refused_or_is_another_value_with_exactly_these_bytes(string kind) => ForEach(kind, 3, (bytes, reencode) =>
    {
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal(flipped, reencode(flipped));
            }
            catch (MalformedException)
            {
                // Refused, with the one exception that decoders throw.
            }
        }
    });

    [Fact]
    public void A_count_beyond_what_an_integer_holds_is_refused_and_not_cut()
    {
        var plan = new Samples(1).Plan();
        var bytes = plan.Encode();
        bytes.AsSpan(bytes.Length - 8, 4).Fill(0xFF); // uses and run limit are the last eight bytes
        Assert.Throws<MalformedException>(() => Plan.Decode(bytes));
    }

    [Fact]
    public void A_plan_that_breaks_a_rule_is_refused()
    {
        var plan = Fixture.Plan();
        var (first, second) = (plan.Inputs[0], plan.Inputs[1]);
        Plan[] broken =
        [
            plan with { Security = (SecurityModel)3 },
            plan with { Inputs = [] },
            plan with { Inputs = [second, first] },
            plan with { Inputs = [first, first] },
            plan with { Inputs = [.. Enumerable.Range(0, 17).Select(i => first with { Owner = PartyId.Parse($"p{i:00}") })] },
            plan with { Receivers = [] },
            plan with { Receivers = [Fixture.Cy, Fixture.Al] },
            plan with { Receivers = [Fixture.Cy, Fixture.Cy] },
            plan with { Uses = 0 },
            plan with { RunLimit = TimeSpan.Zero },
            plan with { RunLimit = Plan.LongestRun + TimeSpan.FromSeconds(1) },
            plan with { Expires = plan.Created },
            plan with { Inputs = [first with { RowBand = 0 }, second] },
            plan with { Inputs = [first with { RowBand = 20 }, second] },
            plan with { Inputs = [first with { Columns = [] }, second] },
            plan with { Inputs = [first with { Columns = [first.Columns[0], first.Columns[0]] }, second] },
            plan with { Inputs = [first with { Key = ["no such column"] }, second] },
            plan with { Inputs = [first with { Columns = [new ColumnSchema("age", ColumnType.Integer, 2)] }, second] },
            plan with { Inputs = [first with { Columns = [new ColumnSchema("age", ColumnType.Decimal, 19)] }, second] },
            plan with { Inputs = [first with { Columns = [new ColumnSchema("age", (ColumnType)9, 0)] }, second] },
        ];
        Assert.Equal(plan.Digest, Plan.Decode(plan.Encode()).Digest);
        Assert.All(broken, b => Assert.Throws<MalformedException>(() => Plan.Decode(b.Encode())));
    }

    [Fact]
    public void An_intersection_that_contradicts_itself_or_its_inputs_is_refused()
    {
        var plan = Fixture.Plan() with
        {
            Inputs = [.. new[] { Fixture.Al, Fixture.Bo }.Select(owner => Fixture.Input(owner) with { Key = ["city", "city", "age"] })],
        };
        var aggregates = new Reveal.Aggregates(Fixture.Bo, [new Measure("age", 1)], [Statistic.Sum], 10);
        var join = new Reveal.Join(Fixture.Bo, ["age"]);
        var question = new IntersectionQuestion(KeyRule.Default, [1, 2], aggregates, 2, ProtocolChoice.Ecdh, 100, [7, 8]);
        IntersectionQuestion[] broken =
        [
            question with { KeyParts = [3] },
            question with { KeyParts = [3, 0] },
            question with { KeyParts = [1, 1] },
            question with { AtLeast = 1 },
            question with { AtLeast = 3 },
            question with { Choice = (ProtocolChoice)5 },
            question with { ExpectedRows = [7] },
            question with { ExpectedRows = [7, -1] },
            question with { KeyRule = KeyRule.Default with { Duplicate = (DuplicateKeys)4 } },
            question with { Reveal = aggregates with { Of = Fixture.Cy } },
            question with { Reveal = aggregates with { Measures = [] } },
            question with { Reveal = aggregates with { Measures = [new Measure("bmi", 1)] } },
            question with { Reveal = aggregates with { Measures = [new Measure("age", 1), new Measure("age", 2)] } },
            question with { Reveal = aggregates with { Statistics = [] } },
            question with { Reveal = aggregates with { Statistics = [Statistic.Maximum] } },
            question with { Reveal = aggregates with { Minimum = 0 } },
            question with { Reveal = join with { Of = Fixture.Cy } },
            question with { Reveal = join with { Columns = [] } },
            question with { Reveal = join with { Columns = ["age", "age"] } },
            question with { Reveal = join with { Columns = ["salary"] } },
        ];
        Assert.All(
            new[] { question, question with { Reveal = join } },
            q => Assert.Equal((plan with { Question = q }).Digest, Plan.Decode((plan with { Question = q }).Encode()).Digest));
        Assert.All(broken, b => Assert.Throws<MalformedException>(() => Plan.Decode((plan with { Question = b }).Encode())));
    }

    [Fact]
    public void A_question_that_contradicts_itself_is_refused()
    {
        var question = Fixture.Question;
        StatisticsQuestion[] broken =
        [
            question with { Measures = [] },
            question with { Measures = [question.Measures[0], question.Measures[0]] },
            question with { Measures = [new Measure("age", 19)] },
            question with { GroupBy = new GroupBy("city", []) },
            question with { GroupBy = new GroupBy("city", ["Rome", "Rome"]) },
            question with { Statistics = [] },
            question with { Statistics = [Statistic.Mean, Statistic.Mean] },
            question with { Statistics = [(Statistic)8] },
            question with { MinimumGroupSize = 0 },
        ];
        Assert.All(broken, b => Assert.Throws<MalformedException>(() => Plan.Decode((Fixture.Plan() with { Question = b }).Encode())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Policy.purpose")]
    [InlineData("a reason in words")]
    [InlineData("日本")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void Nothing_but_a_short_code_can_be_written_on_the_ledger(string reason)
    {
        Assert.False(LedgerOperation.IsCode(reason));
        Assert.Throws<ArgumentException>(() => LedgerOperationEncoding.Encode(Fixture.Refuse(Fixture.Al) with { Reason = reason }));
        var bytes = LedgerOperationEncoding.Encode(Fixture.Refuse(Fixture.Al) with { Reason = "code" });
        byte[] forged = [.. bytes[..^8], .. new CanonicalWriter().Text(reason).Written];
        Assert.Throws<MalformedException>(() => LedgerOperationEncoding.Decode(forged));
    }

    [Fact]
    public void Heads_stand_once_and_in_order()
    {
        var (al, bo) = (new LedgerHead(Fixture.Al, 1, default), new LedgerHead(Fixture.Bo, 1, default));
        foreach (var heads in new LedgerHead[][] { [bo, al], [al, al] })
        {
            var bytes = LedgerOperationEncoding.Encode(Fixture.Revoke(Fixture.Al) with { Heads = heads });
            Assert.Throws<MalformedException>(() => LedgerOperationEncoding.Decode(bytes));
        }
    }

    [Fact]
    public void A_receipt_names_each_peer_once_and_in_order()
    {
        var receipt = new Samples(3).Receipt();
        var (al, bo) = (new Conversation(Fixture.Al, [], []), new Conversation(Fixture.Bo, [], []));
        Assert.Equal(2, Receipt.Decode((receipt with { Conversations = [al, bo] }).Encode()).Conversations.Count);
        foreach (var wrong in new Conversation[][] { [bo, al], [al, al] })
            Assert.Throws<MalformedException>(() => Receipt.Decode((receipt with { Conversations = wrong }).Encode()));
    }

    private static void ForEach(string kind, int count, Action<byte[], Reencode> check)
    {
        for (var seed = 0; seed < count; seed++)
        {
            var samples = new Samples(seed);
            switch (kind)
            {
                case "plan":
                    check(samples.Plan().Encode(), bytes => Plan.Decode(bytes).Encode());
                    check(samples.FullIntersection().Encode(), bytes => Plan.Decode(bytes).Encode());
                    break;
                case "operation":
                    foreach (var operation in samples.OperationsOfEveryKind())
                        check(LedgerOperationEncoding.Encode(operation), bytes => LedgerOperationEncoding.Encode(LedgerOperationEncoding.Decode(bytes)));
                    break;
                case "receipt":
                    check(samples.Receipt().Encode(), bytes => Receipt.Decode(bytes).Encode());
                    break;
                default:
                    check(samples.Offer().Encode(), bytes => DatasetOffer.Decode(bytes).Encode());
                    break;
            }
        }
    }
}
