using System.Text;
using Collab.Primitives;
using Collab.Psi.Incremental;
using Collab.Testing;

namespace Collab.Psi.Tests.Incremental;

/// <summary>Updates from whole sets, which find their differences themselves and are settled by the caller: against a plain oracle.</summary>
public sealed class WholeSetTests : IDisposable
{
    private readonly IncrementalPair _pair = new();

    public void Dispose() => _pair.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_days_give_what_entered_and_left_and_a_day_that_does_not_count_changes_nothing(int seed)
    {
        var random = new Random(seed);
        HashSet<int> sender = [], receiver = [], before = [];
        for (var day = 1; day <= 8; day++)
        {
            Change(sender);
            Change(receiver);
            var counts = random.Next(3) > 0;
            var (changes, difference) = await UpdateAsync(100 * seed + day, sender, receiver, counts);
            HashSet<int> now = [.. sender.Intersect(receiver)];
            int[] order = [.. receiver.Order()];
            Assert.Equal(now.Except(before).Order(), changes.Added.Select(id => order[difference.PlaceOf(id)]).Order());
            var left = before.Except(now).ToList();
            Assert.Equal(left.Count, changes.Removed.Count);
            Assert.Equal(left.Where(receiver.Contains).Order(), changes.Removed.Select(difference.PlaceOf).Where(place => place >= 0).Select(place => order[place]).Order());
            Assert.Equal(now.Count, changes.Matches);
            if (counts) before = now;
            if (day % 3 == 0) _pair.Reopen();
        }

        void Change(HashSet<int> set)
        {
            foreach (var gone in set.Where(_ => random.Next(4) == 0).ToList()) set.Remove(gone);
            for (var i = 0; i < 120; i++) set.Add(random.Next(600));
        }
    }

    [Fact]
    public async Task An_unfinished_update_is_settled_before_another_begins_also_after_a_restart()
    {
        await UpdateAsync(1, [1, 2, 3], [2, 3, 4], counts: true);
        await RunAsync(2, [1, 3], [2, 3, 4]);
        _pair.Reopen();
        Assert.Equal(IncrementalPair.Named(2).Update, _pair.Receiver.UnfinishedUpdate);
        Assert.Throws<ArgumentException>(() => SetDifference.Of(_pair.Sender, Keys([1])));
        _pair.Sender.Settle(true);
        _pair.Receiver.Settle(true);
        Assert.Throws<InvalidOperationException>(() => _pair.Sender.Settle(true));
        var (changes, _) = await UpdateAsync(3, [1, 2, 3], [2, 3, 4], counts: true);
        Assert.Equal((3, 1, 0, 2), (changes.Version, changes.Added.Count, changes.Removed.Count, changes.Matches));
    }

    [Fact]
    public async Task Sides_that_settled_differently_are_out_of_step_and_both_say_so()
    {
        await RunAsync(1, [1, 2], [2]);
        _pair.Sender.Settle(true);
        _pair.Receiver.Settle(false);
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(2, [1, 2], [2]));
        Assert.Contains("different histories", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_holds_no_digest_of_a_key()
    {
        await UpdateAsync(1, [1, 2], [2], counts: true);
        var item = Digest.Of("collab.psi-incremental.item", Keys([2])[0].Span).ToArray()[..16];
        foreach (var file in Directory.EnumerateFiles(_pair.SenderFolder).Concat(Directory.EnumerateFiles(_pair.ReceiverFolder)).Where(file => Path.GetFileName(file) != "lock"))
        {
            Assert.Equal(-1, (await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).AsSpan().IndexOf(item));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.Throws<ArgumentException>(() => SetDifference.Of(_pair.Sender, Keys([5, 5])));
    }

    private static ReadOnlyMemory<byte>[] Keys(IEnumerable<int> numbers) => [.. numbers.Order().Select(n => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"key-{n}"))];

    private async Task<(IncrementalChanges Changes, SetDifference Receiver)> UpdateAsync(int day, IEnumerable<int> sender, IEnumerable<int> receiver, bool counts)
    {
        var run = await RunAsync(day, sender, receiver);
        _pair.Sender.Settle(counts);
        _pair.Receiver.Settle(counts);
        return run;
    }

    private async Task<(IncrementalChanges Changes, SetDifference Receiver)> RunAsync(int day, IEnumerable<int> sender, IEnumerable<int> receiver)
    {
        var options = IncrementalPair.Named(day) with { CallerSettles = true };
        var (ours, theirs) = (SetDifference.Of(_pair.Sender, Keys(sender)), SetDifference.Of(_pair.Receiver, Keys(receiver)));
        var run = await TwoParty.RunAsync(
            channel => IncrementalPsi.SendAsync(channel, _pair.Sender, ours, RandomSource.Seeded(day), options),
            channel => IncrementalPsi.ReceiveAsync(channel, _pair.Receiver, theirs, options));
        return (run.Receiver, theirs);
    }
}
