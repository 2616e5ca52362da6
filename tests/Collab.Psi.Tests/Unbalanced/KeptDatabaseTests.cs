using Collab.Primitives;
using Collab.Psi.Unbalanced;
using Collab.Testing;

namespace Collab.Psi.Tests.Unbalanced;

/// <summary>Databases that are kept: F is computed for what is new, damage begins anew, and nothing can be read in the folder.</summary>
public sealed class KeptDatabaseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-upsi-").FullName;
    private readonly SecretBytes _key = SecretBytes.Random(32, RandomSource.Seeded(1));
    private readonly UnbalancedParameters _parameters = UnbalancedSearch.Find(1, 300, 3);

    private string Kept => Path.Combine(_folder, "unbalanced");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_kept_is_opened_again_for_the_same_or_other_parameters()
    {
        Assert.Equal((200, 0, 1L), await OpenAsync(0, 200, 150));
        Assert.Equal((0, 0, 1L), await OpenAsync(0, 200, 150));
        Assert.Equal((10, 10, 2L), await OpenAsync(10, 200, 205));
        var (database, change) = SenderDatabase.Open(_folder, _key, UnbalancedSearch.Find(4, 600), UnbalancedPsiTests.Items(0, 210), default, RandomSource.Seeded(4));
        Assert.Equal((10, 0), (change.Added, change.Removed));
        Assert.Equal([0], (await UnbalancedPsiTests.RunAsync(database, UnbalancedPsiTests.Items(209, 3))).Receiver.Rows);
        database.Dispose();
    }

    [Fact]
    public async Task A_file_that_is_damaged_or_of_another_key_or_format_is_begun_anew()
    {
        await OpenAsync(0, 20, 3);
        var whole = await File.ReadAllBytesAsync(Kept, TestContext.Current.CancellationToken);
        for (var at = 0; at < whole.Length; at += 101)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 1;
            await File.WriteAllBytesAsync(Kept, damaged, TestContext.Current.CancellationToken);
            var (database, change) = SenderDatabase.Open(_folder, _key, _parameters, UnbalancedPsiTests.Items(0, 2), new byte[6], RandomSource.Seeded(at));
            Assert.Equal((2, 1L), (change.Added, database.Current.Revision));
            database.Dispose();
        }

        await File.WriteAllBytesAsync(Kept, whole[..20], TestContext.Current.CancellationToken);
        Assert.Equal((20, 0, 1L), await OpenAsync(0, 20, 3));
    }

    [Fact]
    public async Task What_is_kept_shows_nothing_and_is_its_owners()
    {
        await OpenAsync(0, 20, 3);
        var content = await File.ReadAllBytesAsync(Kept, TestContext.Current.CancellationToken);
        Assert.All(UnbalancedPsiTests.Items(0, 20), item => Assert.Equal(-1, content.AsSpan().IndexOf(item.Span)));
        Assert.Equal(-1, content.AsSpan().IndexOf(UnbalancedPsiTests.Labels(0, 3, 3).Span));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Kept));
    }

    // Opens for a range of items, asks for one of them, and tells what was computed and the version.
    private async Task<(int Added, int Removed, long Revision)> OpenAsync(int first, int count, int asked)
    {
        var (database, change) = SenderDatabase.Open(
            _folder, _key, _parameters, UnbalancedPsiTests.Items(first, count), UnbalancedPsiTests.Labels(first, count, 3), RandomSource.System);
        using (database)
        {
            var run = await UnbalancedPsiTests.RunAsync(database, UnbalancedPsiTests.Items(asked, 1));
            Assert.Equal([0], run.Receiver.Rows);
            Assert.Equal(UnbalancedPsiTests.Labels(asked, 1, 3).ToArray(), run.Receiver.Labels.ToArray());
            return (change.Added, change.Removed, database.Current.Revision);
        }
    }
}
