using System.Text;
using Collab.Channels;
using Collab.Cryptography.Oprf;
using Collab.Primitives;
using Collab.Psi.Oprf;
using Collab.Testing;

namespace Collab.Psi.Tests.Oprf;

/// <summary>Checks against lists that both sides keep: the list passes once, F is computed for what is new, and what is damaged is made anew.</summary>
public sealed class KeptRecordCheckTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("collab-psi-").FullName;
    private readonly SecretBytes _key = SecretBytes.Random(32, RandomSource.Seeded(1));

    public KeptRecordCheckTests()
    {
        Directory.CreateDirectory(ServerFolder);
        Directory.CreateDirectory(ClientFolder);
    }

    private string ServerFolder => Path.Combine(_root, "server");

    private string ClientFolder => Path.Combine(_root, "client");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task The_list_passes_once_and_again_when_the_set_changed_and_only_new_items_are_computed()
    {
        var (first, offered) = await CheckAsync(Enumerable.Range(0, 300), 5, 1000);
        Assert.Equal(("yes no", 300, RecordCheckCost.Of(300, 2)), (first.Answers, first.Computed, offered));
        (first, offered) = await CheckAsync(Enumerable.Range(0, 300), 301, 7);
        Assert.Equal(("no yes", 0, 0L), (first.Answers, first.Computed, offered.ListBytes));
        (first, _) = await CheckAsync(Enumerable.Range(10, 300), 301, 7);
        Assert.Equal(("yes no", 10), (first.Answers, first.Computed));
        (first, _) = await CheckAsync(Enumerable.Range(20, 100), 301, 20);
        Assert.Equal(("no yes", 0), (first.Answers, first.Computed));
        (first, _) = await CheckAsync([], 20);
        Assert.Equal(("no", 0), (first.Answers, first.Computed));
        (first, _) = await CheckAsync([4], 4);
        Assert.Equal(("yes", 1), (first.Answers, first.Computed));
    }

    [Fact]
    public async Task A_damaged_folder_at_either_side_is_made_anew_and_answers_stay_right()
    {
        await CheckAsync(Enumerable.Range(0, 50), 3);
        for (var place = 0; place < 2; place++)
        {
            // By name, each time anew: what is made anew has another name, and the file system lists names in any order.
            Flip(Directory.EnumerateFiles(ServerFolder).Order(StringComparer.Ordinal).ElementAt(place), 40);
            var (check, _) = await CheckAsync(Enumerable.Range(0, 50), 3, 99);
            Assert.Equal(("yes no", 50), (check.Answers, check.Computed)); // another key
            Assert.Equal(2, Directory.EnumerateFiles(ServerFolder).Count());
        }

        for (var at = 0; at < 60; at += 7)
        {
            Flip(Path.Combine(ClientFolder, "list"), at);
            var (check, cost) = await CheckAsync(Enumerable.Range(0, 50), 3, 99);
            Assert.Equal(("yes no", 0), (check.Answers, check.Computed));
            Assert.True(cost.ListBytes > 0);
        }

        await File.WriteAllBytesAsync(Path.Combine(ClientFolder, "list"), [], TestContext.Current.CancellationToken);
        Assert.Equal("yes", (await CheckAsync(Enumerable.Range(0, 50), 3)).Check.Answers);
    }

    [Fact]
    public async Task What_is_kept_holds_neither_items_nor_their_digests_and_is_its_owners()
    {
        await CheckAsync(Enumerable.Range(0, 3), 1);
        var needles = Items([0, 1, 2]).SelectMany(item => new[] { item.ToArray(), Digest.Of("collab.psi-incremental.item", item.Span).ToArray()[..16] }).ToList();
        foreach (var file in Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories))
        {
            var content = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            Assert.All(needles, needle => Assert.Equal(-1, content.AsSpan().IndexOf(needle)));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_offers_one_list_and_gives_another_and_a_client_that_asks_too_much_are_found(bool isClient)
    {
        var (key, list, _) = KeptTokens.Update(ServerFolder, _key, Items([1, 2]), RandomSource.Seeded(2));
        using (key)
        {
            await Assert.ThrowsAnyAsync<ProtocolException>(() => TwoParty.RunAsync<int, bool[]>(
                async server =>
                {
                    if (isClient) return await KeptRecordCheck.AnswerAsync(server, key, list, 1, RandomSource.Seeded(3));
                    await using var fork = server.Fork("list");
                    await fork.SendAsync(new ListOffer(Digest.Of("collab.test", [])));
                    await fork.ReceiveAsync<ListWish>(new StepId("psi-oprf.0"));
                    await RecordCheck.SendListAsync(fork, list);
                    return 0;
                },
                client => KeptRecordCheck.CheckAsync(client, ClientFolder, Items([1, 2]), RandomSource.Seeded(4))));
        }
    }

    [Fact]
    public void Items_that_come_twice_are_refused() =>
        Assert.Throws<ArgumentException>(() => KeptTokens.Update(ServerFolder, _key, Items([1, 1]), RandomSource.Seeded(2)));

    private static ReadOnlyMemory<byte>[] Items(IEnumerable<int> numbers) => [.. numbers.Select(n => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"invoice-{n:D9}"))];

    private static void Flip(string file, int at)
    {
        var content = File.ReadAllBytes(file);
        content[Math.Min(at, content.Length - 1)] ^= 1;
        File.WriteAllBytes(file, content);
    }

    // What was answered, and what of the cost's formulas passed: no list where it was kept.
    private async Task<((string Answers, int Computed) Check, RecordCheckCost Cost)> CheckAsync(IEnumerable<int> set, params int[] asked)
    {
        var (key, list, computed) = KeptTokens.Update(ServerFolder, _key, Items(set), RandomSource.System, 2);
        using (key)
        {
            var run = await TwoParty.RunAsync(
                server => KeptRecordCheck.AnswerAsync(server, key, list, 1024, RandomSource.System),
                client => KeptRecordCheck.CheckAsync(client, ClientFolder, Items(asked), RandomSource.System));
            Assert.Equal(asked.Length, run.Sender);
            var cost = RecordCheckCost.Of(list.Count, asked.Length);
            const int offer = Digest.Size + 1;
            var bytes = run.Usage.BytesSent + run.Usage.BytesReceived - offer - cost.CheckBytes;
            Assert.True(bytes == 0 || bytes == cost.ListBytes, $"{bytes} bytes of a list of {cost.ListBytes}");
            return ((string.Join(' ', run.Receiver.Select(held => held ? "yes" : "no")), computed), bytes == 0 ? cost with { ListBytes = 0 } : cost);
        }
    }
}
