using System.Diagnostics;
using System.Text;
using Collab.Cryptography.Signatures;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Cryptography.Tests.Signatures;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SigningKeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-key").FullName;

    private string KeyPath => Path.Combine(_folder, "key.pem");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, InlineData(null), InlineData("correct horse"), InlineData("ñ—ß")]
    public void A_saved_key_loads_again_and_is_its_owners_alone(string? passphrase)
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(1));
        key.Save(KeyPath, Phrase(passphrase));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, ModeOf(KeyPath));
        using var again = SigningKey.Load(KeyPath, Phrase(passphrase));
        Assert.Equal(key.PublicKey, again.PublicKey);
    }

    [Theory, InlineData(null), InlineData("correct horse")]
    public void Openssl_reads_what_we_write(string? passphrase)
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(2));
        key.Save(KeyPath, Phrase(passphrase));
        var der = Openssl("pkey", "-in", KeyPath, "-pubout", "-outform", "DER", "-passin", $"pass:{passphrase}");
        Assert.Equal(key.PublicKey.Bytes.ToArray(), der[^32..]);
    }

    [Fact]
    public void We_read_what_openssl_writes()
    {
        Openssl("genpkey", "-algorithm", "ED25519", "-out", KeyPath);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead);
        using var plain = SigningKey.Load(KeyPath);
        var sealedPath = KeyPath + ".sealed";
        Openssl("pkcs8", "-topk8", "-in", KeyPath, "-out", sealedPath, "-v2", "aes-256-cbc", "-iter", "5000", "-passout", "pass:secret");
        File.SetUnixFileMode(sealedPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var opened = SigningKey.Load(sealedPath, Phrase("secret"));
        Assert.Equal(plain.PublicKey, opened.PublicKey);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead), InlineData(UnixFileMode.OtherRead), InlineData(UnixFileMode.GroupWrite), InlineData(UnixFileMode.OtherWrite)]
    public void A_file_open_to_others_is_refused(UnixFileMode extra)
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(3));
        key.Save(KeyPath);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | extra);
        AssertCode(SigningKeyFile.Exposed, () => SigningKey.Load(KeyPath));
    }

    [Fact]
    public void A_key_is_never_overwritten()
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(4));
        key.Save(KeyPath);
        var before = File.ReadAllBytes(KeyPath);
        using var other = SigningKey.Generate(RandomSource.Seeded(5));
        AssertCode(SigningKeyFile.Exists, () => other.Save(KeyPath));
        Assert.Equal(before, File.ReadAllBytes(KeyPath));
    }

    [Theory, InlineData("a", null), InlineData("a", "b"), InlineData(null, "a")]
    public void The_wrong_passphrase_is_refused(string? saved, string? loaded)
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(6));
        key.Save(KeyPath, Phrase(saved));
        AssertCode(SigningKeyFile.WrongPassphrase, () => SigningKey.Load(KeyPath, Phrase(loaded)));
    }

    [Fact]
    public void No_other_kind_of_key_is_taken()
    {
        Openssl("genpkey", "-algorithm", "X25519", "-out", KeyPath);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead);
        AssertCode(SigningKeyFile.MalformedFile, () => SigningKey.Load(KeyPath));
    }

    [Theory]
    [InlineData(""), InlineData("text"), InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n")]
    public void A_malformed_file_is_refused(string content)
    {
        File.WriteAllText(KeyPath, content);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead);
        AssertCode(SigningKeyFile.MalformedFile, () => SigningKey.Load(KeyPath, content.Contains("ENCRYPTED") ? Phrase("a") : null));
    }

    [Fact]
    public void A_file_cut_at_any_byte_is_refused_with_a_code()
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(7));
        key.Save(KeyPath);
        var whole = File.ReadAllBytes(KeyPath);
        for (var length = 0; length < whole.Length - 1; length++) // the last byte is a newline that PEM does not need
        {
            File.WriteAllBytes(KeyPath, whole[..length]);
            AssertCode(SigningKeyFile.MalformedFile, () => SigningKey.Load(KeyPath));
        }
    }

    [Fact]
    public void A_missing_file_is_named_as_such() => AssertCode(SigningKeyFile.Unreadable, () => SigningKey.Load(KeyPath));

    private static void AssertCode(ErrorCode expected, Action action) =>
        Assert.Equal(expected, Assert.Throws<CollabException>(action).Code);

    private static SecretBytes? Phrase(string? text) => text is null ? null : SecretBytes.Take(Encoding.UTF8.GetBytes(text));

    private static UnixFileMode ModeOf(string path) =>
        File.GetUnixFileMode(path);

    private static byte[] Openssl(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
        return output.ToArray();
    }
}
