using Collab.Cryptography.Sealing;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Tracing.Tests;

/// <summary>A bank that lies about a hop, or seals what nobody asked for, is named to the bank that traces.</summary>
public class LyingBankTests
{
    private static readonly PartyId Second = PartyId.Parse("party-2");

    public static TheoryData<string, int, int> Lies => new() { { "amount", 1, 0 }, { "day", 1, 0 }, { "less", 2, 1 } };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Books_that_do_not_agree_break_the_way_where_they_do_not(string lie, int bank, int hop)
    {
        var banks = new Banks(3);
        var loan = banks.Pay("1/ann", "2/shop", 1000, 5, traced: 1000);
        var next = banks.Pay("2/shop", "3/farm", 900, 6);
        banks.Change(bank, lie == "less" ? next : loan, row => lie switch
        {
            "amount" when !row.IsOut => row with { Amount = 1001 },
            "day" when !row.IsOut => row with { Day = 4 },
            "less" when !row.IsOut => row with { Amount = 800 },
            _ => row,
        });
        var way = await banks.WayAsync();
        Assert.Equal(hop + 1, way.Count);
        Assert.Equal((HopEnd.Broken, banks.Ids[bank]), (way[hop].End, way[hop].To));
        Assert.Equal(ReachedAccount.Untold, way[hop].Account);
    }

    [Fact]
    public void What_a_bank_tells_is_checked_line_by_line()
    {
        var (terms, loan, sound) = Sound();
        Assert.Equal(HopEnd.Followed, Read(sound)[0].End);
        Assert.Equal(HopEnd.Unanswered, Read()[0].End);
        var outflow = sound.Outflows[0];
        foreach (var lie in new[]
        {
            sound with { Reference = "other" }, sound with { Amount = 999 }, sound with { Day = 0 }, sound with { Left = 101 }, sound with { Left = -1 },
            sound with { End = HopEnd.LastHop }, sound with { End = HopEnd.NotWatched }, sound with { End = HopEnd.NotFound }, sound with { Outflows = [] },
            sound with { Outflows = [outflow with { Day = 0 }] }, sound with { Outflows = [outflow with { Day = 12 }] }, sound with { Outflows = [outflow with { Amount = 899 }] },
            sound with { Outflows = [outflow with { Taken = 901 }] }, sound with { Left = 901, Outflows = [outflow with { Taken = 99 }] },
            sound with { Small = new(0, 5), Left = 95 }, sound with { Small = new(9, 8), Left = 92 }, sound with { Small = new(-1, 0) }, sound with { Beyond = new(1, 100), Left = 0 },
        })
        {
            var hop = Assert.Single(Read(lie));
            Assert.Equal((HopEnd.Broken, Second), (hop.End, hop.To));
        }

        Assert.Equal(HopEnd.Broken, Assert.Single(Read(sound, sound with { Left = 100 })).End); // two things of one hop

        IReadOnlyList<TracedHop> Read(params HopDetail[] details)
        {
            var reader = new TraceReader(terms, new TransferBook(terms, terms.Banks[0]));
            foreach (var detail in details) reader.Add(1, detail.Encode(terms));
            return reader.Read([loan])[0].Hops;
        }
    }

    [Fact]
    public void A_way_that_its_bank_lets_run_in_a_circle_or_beyond_the_rounds_ends()
    {
        var (terms, loan, sound) = Sound();
        var circle = sound with { Outflows = [sound.Outflows[0] with { Bank = 1, State = OutflowState.Asked, Link = sound.Link }] };
        var reader = new TraceReader(terms, new TransferBook(terms, terms.Banks[0]));
        reader.Add(1, circle.Encode(terms));
        Assert.Equal([HopEnd.Followed, HopEnd.Broken], reader.Read([loan])[0].Hops.Select(hop => hop.End));

        reader = new TraceReader(terms, new TransferBook(terms, terms.Banks[0]));
        for (UInt128 link = 7; link < 40; link++)
        {
            reader.Add(1, (sound with
            {
                Link = link, Reference = link == 7 ? "loan" : "on", Amount = link == 7 ? 1000 : 900, Left = link == 7 ? 100 : 0,
                Outflows = [sound.Outflows[0] with { Bank = 1, State = OutflowState.Asked, Link = link + 1 }],
            }).Encode(terms));
        }

        Assert.True(reader.Read([loan])[0].Hops.Count <= terms.Question.Hops + 1);
    }

    [Fact]
    public void What_nobody_asked_for_names_its_bank_and_changes_nothing()
    {
        var (terms, loan, sound) = Sound();
        var reader = new TraceReader(terms, new TransferBook(terms, terms.Banks[0]));
        reader.Add(1, sound.Encode(terms));
        reader.Add(2, (sound with { Link = 99 }).Encode(terms));
        var way = reader.Read([loan])[0].Hops;
        Assert.Equal(HopEnd.Followed, way[0].End);
        Assert.Equal([terms.Banks[2]], reader.Strayed());

        reader = new TraceReader(terms, new TransferBook(terms, terms.Banks[0]));
        reader.Add(1, new byte[3]);
        Assert.Equal([Second], reader.Strayed());
    }

    [Fact]
    public void Details_are_written_one_way_and_read_strictly()
    {
        var (terms, _, sound) = Sound();
        var bytes = sound.Encode(terms);
        Assert.Equal(HopDetail.SizeOf(terms.Question), bytes.Length);
        Assert.Equal(bytes, HopDetail.Decode(bytes, terms).Encode(terms));
        for (var i = 0; i < bytes.Length; i++)
        {
            foreach (var bit in new byte[] { 1, 128 })
            {
                var changed = (byte[])bytes.Clone();
                changed[i] ^= bit;
                try
                {
                    Assert.Equal(changed, HopDetail.Decode(changed, terms).Encode(terms));
                }
                catch (MalformedException)
                {
                    // the other way to be sound
                }
            }
        }

        Assert.Throws<MalformedException>(() => HopDetail.Decode(bytes[1..], terms));
    }

    [Fact]
    public void Summaries_are_read_strictly()
    {
        var random = RandomSource.Seeded(8);
        var terms = new Banks(3).Terms(Banks.Question);
        using var secret = IncomparableSecret.Generate(random);
        var key = secret.NewKey(random);
        HopSummary[] summaries = [new(2, "b", 5, key), new(1, "a", 6, key)];
        var mailbox = HopSummary.Encode(summaries, terms);
        Assert.Equal(terms.MailboxSize, mailbox.Length);
        Assert.Equal([("a", 6L), ("b", 5L)], HopSummary.Decode(mailbox).Select(summary => (summary.Reference, summary.Amount)));
        foreach (var (at, to) in new[] { (0, 2), (17, 60), (17, 0), (65 + 7, 255), (19, 3) })
        {
            var changed = (byte[])mailbox.Clone();
            changed[at] = (byte)to;
            Assert.Throws<MalformedException>(() => HopSummary.Decode(changed));
        }

        Array.Fill(mailbox, (byte)255, 73, 64);
        Assert.Throws<MalformedException>(() => HopSummary.Decode(mailbox));
    }

    private static (TraceTerms Terms, LoanStart Loan, HopDetail Sound) Sound()
    {
        var terms = new Banks(3).Terms(Banks.Question with { Period = 10 });
        var random = RandomSource.Seeded(9);
        using var secret = IncomparableSecret.Generate(random);
        var transfer = new Transfer("loan", "1/ann", 1, true, 1000, 1, Traced: 1000, Name: "ann");
        var outflow = new Outflow("on", -1, 3, 900, 900) { State = OutflowState.Outside };
        return (
            terms, new LoanStart(transfer, 1, new HopSummary(7, "loan", 1000, secret.NewKey(random))),
            new HopDetail(7, HopEnd.Followed, "loan", 1000, 1, new ReachedAccount(5, "2/shop", "shop", "A01"), 0, false, 100, default, default, [outflow with { State = OutflowState.Outside }]));
    }
}
