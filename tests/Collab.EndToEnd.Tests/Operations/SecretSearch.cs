using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Collab.EndToEnd.Tests.Operations;

/// <summary>
/// Looks for many secrets in many bytes in one pass: as they are, in small letters, in hexadecimal, in base64 at each of the three places of a group,
/// as JSON escapes them, and in UTF-16. Every place's next eight bytes are looked up in a filter; what passes is compared.
/// </summary>
internal sealed class SecretSearch
{
    public const int ShortestForm = 8;
    private const int FilterBits = 26;

    private readonly Dictionary<ulong, List<(byte[] Form, int Secret)>> _forms = [];
    private readonly ulong[] _filter = new ulong[1 << (FilterBits - 6)];
    private readonly List<string> _secrets;

    public SecretSearch(IReadOnlyList<string> secrets)
    {
        _secrets = [.. secrets];
        for (var i = 0; i < secrets.Count; i++)
        {
            foreach (var form in FormsOf(secrets[i])) Add(form, i);
        }
    }

    /// <summary>Looks for a key besides.</summary>
    /// <param name="name">What it is called when it is found.</param>
    /// <param name="key">Its bytes.</param>
    public void Add(string name, byte[] key)
    {
        _secrets.Add(name);
        foreach (var form in FormsOf(key)) Add(form, _secrets.Count - 1);
    }

    /// <summary>How many forms are looked for.</summary>
    public int Forms => _forms.Values.Sum(forms => forms.Count);

    /// <summary>The forms of a text.</summary>
    public static IReadOnlyList<byte[]> FormsOf(string secret)
    {
        List<byte[]> forms =
        [
            .. FormsOf(Encoding.UTF8.GetBytes(secret)), Encoding.UTF8.GetBytes(secret.ToLowerInvariant()),
            Encoding.UTF8.GetBytes(JsonSerializer.Serialize(secret)[1..^1]), Encoding.Unicode.GetBytes(secret), Encoding.BigEndianUnicode.GetBytes(secret),
        ];
        return [.. forms.DistinctBy(Convert.ToHexString).Where(form => form.Length >= ShortestForm)];
    }

    /// <summary>The forms of bytes.</summary>
    public static IReadOnlyList<byte[]> FormsOf(byte[] secret)
    {
        var hexadecimal = Convert.ToHexString(secret);
        return
        [
            secret, Encoding.ASCII.GetBytes(hexadecimal), Encoding.ASCII.GetBytes(hexadecimal.ToLowerInvariant()),
            .. Enumerable.Range(0, 3).Select(skip => Encoding.ASCII.GetBytes(Convert.ToBase64String(secret, skip, (secret.Length - skip) / 3 * 3))),
        ];
    }

    /// <summary>The secrets that are there.</summary>
    public IReadOnlyList<string> In(ReadOnlySpan<byte> bytes)
    {
        var found = new HashSet<int>();
        for (var at = 0; at + ShortestForm <= bytes.Length; at++)
        {
            var word = MemoryMarshal.Read<ulong>(bytes[at..]);
            var place = Place(word);
            if ((_filter[place >> 6] >> (int)(place & 63) & 1) == 0 || !_forms.TryGetValue(word, out var forms)) continue;
            foreach (var (form, secret) in forms)
            {
                if (bytes[at..].StartsWith(form)) found.Add(secret);
            }
        }

        return [.. found.Select(i => _secrets[i])];
    }

    private void Add(byte[] form, int secret)
    {
        var word = MemoryMarshal.Read<ulong>(form);
        var place = Place(word);
        _filter[place >> 6] |= 1UL << (int)(place & 63);
        if (!_forms.TryGetValue(word, out var forms)) _forms[word] = forms = [];
        forms.Add((form, secret));
    }

    private static ulong Place(ulong word) => unchecked(word * 0x9E3779B97F4A7C15UL) >> (64 - FilterBits);
}
