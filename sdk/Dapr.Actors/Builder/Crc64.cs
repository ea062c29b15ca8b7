using System.Text;

namespace Dapr.Actors.Builder;

/// <summary>CRC-64 with the polynomial of ECMA-182, beginning with ones and inverted at the end.</summary>
internal static class Crc64
{
    private const ulong Polynomial = 0x42F0E1EBA9EA3693;
    private const int BitsOfByte = 8;
    private const int Bits = 64;

    internal static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var crc = ulong.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= (ulong)value << (Bits - BitsOfByte);
            for (var bit = 0; bit < BitsOfByte; bit++)
            {
                crc = (crc >> (Bits - 1)) == 1 ? (crc << 1) ^ Polynomial : crc << 1;
            }
        }

        return ~crc;
    }

    /// <summary>The id of an interface or a method: the lower half of the sum of its name.</summary>
    internal static int Id(string name) => unchecked((int)Of(Encoding.UTF8.GetBytes(name)));
}
