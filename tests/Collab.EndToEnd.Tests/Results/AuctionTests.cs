using System.Globalization;
using System.Text.Json;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>The auctions of protocols/templates, run as they stand over three real nodes with 1,000 bids, ties among them, against plain arithmetic.</summary>
public sealed class AuctionTests
{
    private static readonly string[] Agents = ["agent-east", "agent-north", "agent-west"];

    [Theory]
    [InlineData("auction-first-price")]
    [InlineData("auction-second-price")]
    public async Task The_first_of_the_highest_bids_wins_and_no_other_bid_is_anywhere(string template)
    {
        using var folder = new TemporaryFolder();
        var bids = Bids(1, cents: true);
        if (template == "auction-second-price") bids = bids.ConvertAll(b => b with { Price = b.Price == 9_777_777_777 ? b.Price + b.Row + (1000 * b.Agent) : b.Price }); // no tie at the top
        var run = await RunAsync(folder, template, bids);

        var ranked = bids.OrderByDescending(b => b.Price).ToList();
        var price = template == "auction-first-price" ? ranked[0].Price : ranked[1].Price;
        foreach (var agent in Agents)
        {
            var values = ValuesOf(run, agent);
            Assert.Equal(["winner", "winning_row", "price_paid"], values.Select(v => v.GetProperty("name").GetString()));
            Assert.Equal([$"{ranked[0].Agent + 1}", $"{ranked[0].Row}", Text(price)], values.Select(v => v.GetProperty("value").GetString()));
        }

        AssertNowhere(folder, [.. bids.Where(b => b.Price != price).Select(b => Text(b.Price))]);
    }

    [Fact]
    public async Task A_quantity_is_sold_at_one_price_and_no_losing_bid_is_anywhere()
    {
        using var folder = new TemporaryFolder();
        var bids = Bids(2, cents: false);
        var run = await RunAsync(folder, "auction-uniform-price", bids);

        var left = 500L;
        var served = new Dictionary<Bid, long>();
        foreach (var bid in bids.OrderByDescending(b => b.Price))
        {
            served[bid] = Math.Min(left, bid.Quantity);
            left -= served[bid];
        }

        Assert.Equal(0, left);
        var price = bids.Where(b => served[b] > 0).Min(b => b.Price);
        foreach (var agent in Agents)
        {
            var values = ValuesOf(run, agent);
            Assert.Equal(Text(price), values[0].GetProperty("value").GetString());
            Assert.Equal(bids.Select(b => served[b].ToString(CultureInfo.InvariantCulture)), values[1].GetProperty("values").EnumerateArray().Select(v => v.GetString()));
        }

        AssertNowhere(folder, [.. bids.Where(b => b.Price != price).Select(b => Text(b.Price))]);
    }

    // Prices larger than any count of bytes that a receipt has, and smaller than any time. 400, 350 and 250 bids; every tenth price is one of few, so that there are ties, also at the top.
    private static List<Bid> Bids(int seed, bool cents)
    {
        var random = new Random(seed);
        var most = cents ? 9_777_777_777 : 97_777_777;
        return [.. new[] { 400, 350, 250 }.SelectMany((count, agent) => Enumerable.Range(1, count).Select(row =>
            new Bid(agent, row, row % 10 == 0 ? most - (random.Next(3) * 1_000_003) : random.NextInt64(most / 2, most - 1), random.Next(1, 40))))];
    }

    private static async Task<JsonElement> RunAsync(TemporaryFolder folder, string template, List<Bid> bids)
    {
        for (var agent = 0; agent < Agents.Length; agent++)
            folder.Write($"{Agents[agent]}/bids.csv", string.Concat(["price,quantity\n", .. bids.Where(b => b.Agent == agent).Select(b => $"{Text(b.Price)},{b.Quantity}\n")]));
        var run = (await CollabProgram.RunAsync(
            ["sandbox", "run", Path.Combine(AppContext.BaseDirectory, "templates", $"{template}.yaml"), "--party", .. Agents.Select(a => $"{a}={folder[a]}"), "--out", folder["out"], "--json"])).Expect(0);
        Assert.Equal("committed", run.Json.GetProperty("state").GetString());
        (await CollabProgram.RunAsync(
            "audit", "verify", folder["out", run.Json.GetProperty("evidence").GetString()!], "--trust", folder["out", "nodes", "consortium.yaml"])).Expect(0, "verified");
        return run.Json;
    }

    // Neither as text nor as the eight bytes of its cents: in what nodes keep and log, results and evidence.
    private static void AssertNowhere(TemporaryFolder folder, string[] prices)
    {
        Assert.NotEmpty(prices);
        Assert.Empty(Support.Results.FilesWith(folder["out"], prices));
        var words = prices.Select(p => long.Parse(p.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)).ToHashSet();
        foreach (var file in Directory.EnumerateFiles(folder["out"], "*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(file);
            for (var i = 0; i + sizeof(long) <= bytes.Length; i++)
            {
                if (words.Contains(BitConverter.ToInt64(bytes, i)) || words.Contains(System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(i))))
                    Assert.Fail($"A bid stands in {file} at byte {i}.");
            }
        }
    }

    private static List<JsonElement> ValuesOf(JsonElement run, string agent) =>
        [.. run.GetProperty("parties").GetProperty(agent).GetProperty("result").GetProperty("values").EnumerateArray()];

    private static string Text(long cents) => string.Create(CultureInfo.InvariantCulture, $"{cents / 100}.{cents % 100:D2}");

    private sealed record Bid(int Agent, int Row, long Price, long Quantity);
}
