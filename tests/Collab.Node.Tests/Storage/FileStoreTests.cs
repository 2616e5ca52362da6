using System.Text;
using Collab.Cryptography.Signatures;
using Collab.Node.Storage;
using Collab.Primitives;

namespace Collab.Node.Tests.Storage;

/// <summary>The embedded store: what a job store promises, and that nothing of it can be read or moved on the disk.</summary>
public sealed class FileStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_put_is_there_after_opening_again()
    {
        using (var store = Open(1)) store.Put("run/ab/receipt/riverside", [1, 2, 3]);
        using var again = Open(1);
        Assert.Equal([1, 2, 3], again.Get("run/ab/receipt/riverside")!);
        Assert.Null(again.Get("run/ab/receipt/lakeview"));
    }

    [Fact]
    public void A_value_put_again_takes_the_place_of_the_first()
    {
        using var store = Open(1);
        store.Put("plan/ab", [1]);
        store.Put("plan/ab", []);
        Assert.Empty(store.Get("plan/ab")!);
    }

    [Fact]
    public void Keys_are_listed_by_prefix_in_order_and_a_removed_one_is_gone()
    {
        using var store = Open(1);
        foreach (var key in (string[])["run/b/begun", "run/a/begun", "plan/x", "run/a/settled"]) store.Put(key, [1]);
        store.Remove("run/a/settled");
        store.Remove("run/never/put");
        Assert.Equal(["run/a/begun", "run/b/begun"], store.List("run/"));
    }

    [Fact]
    public void What_a_crash_left_half_written_is_not_listed()
    {
        using var store = Open(1);
        store.Put("plan/a", [1]);
        File.WriteAllBytes(Path.Combine(_folder, "plan", "b.pending"), [1, 2]);
        Assert.Equal(["plan/a"], store.List("plan/"));
    }

    [Fact]
    public void No_file_holds_the_value_in_clear()
    {
        var canary = "canary-7f3a91"u8;
        using var store = Open(1);
        store.Put("run/ab/result", canary);
        foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
            Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(canary));
    }

    [Fact]
    public void Every_changed_byte_of_a_value_is_found()
    {
        using var store = Open(1);
        store.Put("plan/a", [1, 2, 3]);
        var path = Path.Combine(_folder, "plan", "a");
        var whole = File.ReadAllBytes(path);
        for (var i = 0; i < whole.Length; i++)
        {
            var changed = whole.ToArray();
            changed[i] ^= 1;
            File.WriteAllBytes(path, changed);
            Assert.Equal(FileStore.Damaged, Assert.Throws<CollabException>(() => store.Get("plan/a")).Code);
        }

        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Equal(FileStore.Damaged, Assert.Throws<CollabException>(() => store.Get("plan/a")).Code);
        }
    }

    [Fact]
    public void A_value_under_another_key_is_found()
    {
        using var store = Open(1);
        store.Put("plan/a", [1]);
        File.Copy(Path.Combine(_folder, "plan", "a"), Path.Combine(_folder, "plan", "b"));
        Assert.Equal(FileStore.Damaged, Assert.Throws<CollabException>(() => store.Get("plan/b")).Code);
    }

    [Fact]
    public void Another_storage_key_opens_nothing()
    {
        using (var store = Open(1)) store.Put("plan/a", [1]);
        using var other = Open(2);
        Assert.Equal(FileStore.Damaged, Assert.Throws<CollabException>(() => other.Get("plan/a")).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../outside")]
    [InlineData("plan/../../outside")]
    [InlineData("plan//a")]
    [InlineData("Plan/a")]
    [InlineData("plan/a b")]
    public void A_key_that_is_no_key_never_reaches_the_disk(string key)
    {
        using var store = Open(1);
        Assert.Throws<ArgumentException>(() => store.Put(key, [1]));
        Assert.Throws<ArgumentException>(() => store.Get(key));
    }

    [Fact]
    public void A_storage_key_file_gives_back_its_key_with_its_passphrase_alone()
    {
        var path = Path.Combine(_folder, "storage.key");
        using var passphrase = SecretBytes.Take(Encoding.UTF8.GetBytes("correct horse"));
        using var wrong = SecretBytes.Take(Encoding.UTF8.GetBytes("battery staple"));
        StorageKeyFile.Create(path, passphrase, RandomSource.System);

        using var key = StorageKeyFile.Load(path, passphrase);
        Assert.Equal(32, key.Size);
        Assert.Equal(StorageKeyFile.Unusable, Assert.Throws<CollabException>(() => StorageKeyFile.Load(path, wrong)).Code);
        Assert.Equal(StorageKeyFile.Unusable, Assert.Throws<CollabException>(() => StorageKeyFile.Load(path, null)).Code);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Equal(SigningKeyFile.Exposed, Assert.Throws<CollabException>(() => StorageKeyFile.Load(path, passphrase)).Code);
    }

    private FileStore Open(byte key)
    {
        var bytes = new byte[32];
        bytes[0] = key;
        return new FileStore(_folder, SecretBytes.Take(bytes));
    }
}
